"""Generates all files: from the folder of a description to `{path: text}`."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from generator import lint, output, tools
from generator.description import Source, bundle, bundle_frames, fingerprint, for_datamodel_code_generator
from generator.render import PACKAGE, dist, examples, provenance, render
from generator.shape import parse

PROVENANCE = f"{PACKAGE}/provenance.json"
"""The file that tells a generated SDK from any other folder."""


def generate(description: Path) -> tuple[dict[str, str], dict[str, str]]:
    """All files below `generated_sdk/`, and all below `dist/` in the folder of the description.

    Raises `DescriptionError` or `ToolError`; writes only temporary files.
    """
    versions = tools.check_versions()
    source = Source(description)
    lint.check(source)
    document = bundle(source)
    with ThreadPoolExecutor(1) as executor:
        # A separate program, which takes as long as the rest.
        strict_models = executor.submit(tools.strict_models, for_datamodel_code_generator(document))
        shape = parse(source, document)
        files = {**render(shape), **examples(document), **strict_models.result()}
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        output.write_tree(tree, files)
        tools.format_python(tree)
        files = output.read_tree(tree)
    files[PROVENANCE] = provenance(fingerprint(source), versions)
    return files, dist(document, bundle_frames(source, document), shape)
