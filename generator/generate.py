"""The generator as two functions: from the folder of a description to `{path: text}`."""

import tempfile
from pathlib import Path

from generator import bundle, dist, lint, output, parse, render, tools
from generator.source import Source


def generate(description: Path) -> dict[str, str]:
    """Everything below `generated_sdk/`. Raises `DescriptionError` or `ToolError`; writes nothing that stays."""
    versions = tools.check_versions()
    source = _checked(description)
    document = bundle.bundle(source)
    files = render.render(parse.parse(source, document))
    files |= tools.strict_models(bundle.for_datamodel_code_generator(document))
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        output.write_tree(tree, files)
        tools.format_python(tree)
        files = output.read_tree(tree)
    files[f"{render.PACKAGE}/provenance.json"] = render.provenance(bundle.fingerprint(source), versions)
    return files


def distribute(description: Path) -> dict[str, str]:
    """Everything below `openapi/dist/`: the description in one file, and the names we give to the vendor's things."""
    source = _checked(description)
    document = bundle.bundle(source)
    return dist.dist(document, parse.parse(source, document))


def _checked(description: Path) -> Source:
    source = Source(description)
    lint.check(source)
    return source
