"""The generator as one function: from the folder of a description to `{path: text}`."""

import tempfile
from pathlib import Path

from generator import bundle, dist, lint, output, parse, render, tools
from generator.source import Source


def generate(description: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Everything below `generated_sdk/`, and below `dist/` beside the description.

    Raises `DescriptionError` or `ToolError`; writes nothing that stays.
    """
    versions = tools.check_versions()
    source = Source(description)
    lint.check(source)
    document = bundle.bundle(source)
    shape = parse.parse(source, document)
    files = render.render(shape)
    files |= tools.strict_models(bundle.for_datamodel_code_generator(document))
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        output.write_tree(tree, files)
        tools.format_python(tree)
        files = output.read_tree(tree)
    files[f"{render.PACKAGE}/provenance.json"] = render.provenance(bundle.fingerprint(source), versions)
    return files, dist.dist(document, shape)
