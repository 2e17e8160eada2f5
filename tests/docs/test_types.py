"""The code on the pages, as a type checker reads it."""

import subprocess
import sys
from pathlib import Path
from textwrap import indent

from tests.docs.markdown import ROOT, Block, blocks, pages_by_hand


def modules() -> dict[str, str]:
    """Each page's code as a module, and each file that a page has its reader save, by the name of the file."""
    found: dict[str, str] = {}
    for page, text in pages_by_hand().items():
        code = [one for one in blocks(page, text) if one.language == "python"]
        name = page.removesuffix(".md").replace("/", "_").replace("-", "_").lower()
        found |= {one.remarks["file"]: one.text for one in code if "file" in one.remarks}
        followed = [one for one in code if "file" not in one.remarks]
        if followed:
            found[f"page_{name}.py"] = _module(followed)
    return found


def _module(found: list[Block]) -> str:
    text = "\n".join(one.text for one in found)
    # What awaits stands in a function, as in a program that is no notebook.
    awaits = "async with" in text or "async for" in text
    return f"async def page() -> None:\n{indent(text, '    ')}" if awaits else text


def test_the_code_of_the_pages_is_typed(tmp_path: Path):
    """Mypy, as strict as with our own code, has nothing to say of what a reader copies."""
    for name, text in modules().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--no-pretty", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr), done.stdout
