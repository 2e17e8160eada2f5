"""What a newcomer meets first: a short README whose links lead somewhere, and pages that agree with the code."""

import re
from pathlib import Path

from binance_c2c import errors
from binance_c2c.cli.shared.failures import Status
from binance_c2c.sandbox.exchange.markets import HIGHEST_RATIO, LOWEST_RATIO
from binance_c2c_sapi.error_codes import ErrorCategory
from binance_c2c_sapi.operations import OPERATIONS
from tests.docs.markdown import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
ANY_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)#?([^)\s]*)\)")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_the_readme_is_read_in_two_minutes():
    """It has what a newcomer needs, in under 600 words; the rest is in the guides."""
    assert 600 > len(README.split())


def test_the_readme_leads_to_every_page():
    """Each guide is linked, by a path that a git host can follow, and each link is that of a file."""
    links = LINK.findall(README)

    assert [] == [link for link in links if not (ROOT / link).exists()]
    guides = {path.relative_to(ROOT).as_posix() for path in (DOCS / "guides").glob("*.md")}
    assert guides | {"docs/getting-started.md", "docs/decisions.md"} <= set(links)


def test_every_link_leads_somewhere_on_the_repositorys_host():
    """Each relative link of each page written by hand is that of a file, with the heading that it names."""
    files = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "examples/README.md", ROOT / "openapi/README.md"]
    broken: list[str] = []
    for file in files:
        for path, anchor in ANY_LINK.findall(file.read_text(encoding="utf-8")):
            target = (file.parent / path).resolve() if path else file
            # An anchor that stands behind a file that is no page is one of the page that the site makes of it.
            if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
                broken.append(f"{file.relative_to(ROOT)}: {path}#{anchor}")

    assert [] == broken


def anchors(file: Path) -> set[str]:
    """What hosts of repositories call the headings of a page in addresses."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_error_tree_is_the_one_of_the_code():
    """The guide to errors draws the tree that `errors` has."""
    drawn = re.findall(r"[A-Z]\w+Error\b", page("guides/errors.md").split("```text")[1].split("```")[0])

    assert sorted(errors.__all__) == sorted(drawn)


def test_every_category_of_refusals_has_an_answer():
    """The guide to errors says what a program does with each."""
    assert [] == [one.value for one in ErrorCategory if f"`{one.value}`" not in page("guides/errors.md")]


TOLD_AS_A_WHOLE = {"agent", "complaints", "market"}
"""Resources whose methods the table does not list."""


def test_every_resource_is_in_the_table():
    """The guide to clients lists each resource, and the methods of those that the vendor's document has."""
    table = page("guides/clients.md").split("## Arguments")[0]

    methods: dict[str, list[str]] = {}
    for name in sorted(OPERATIONS):
        resource, *_, method = name.split(".")
        methods.setdefault(resource, []).append(method)
    lacking = [
        f"docs/guides/clients.md, table of resources: add | `{resource}` | {' '.join(f'`{one}`' for one in listed)} |"
        for resource, listed in methods.items()
        if any(f"`{word}`" not in table for word in (resource, *(() if resource in TOLD_AS_A_WHOLE else listed)))
    ]
    assert not lacking, "\n".join(lacking)


def test_the_exit_statuses_are_those_of_the_command():
    """The guide to the shell lists each of them."""
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", page("guides/command-line.md"), re.MULTILINE)}

    assert {int(status) for status in Status} == told


def test_the_band_of_the_sandbox_is_told():
    """The guide to repricing names the two ends of it."""
    assert f"{LOWEST_RATIO} to {HIGHEST_RATIO} percent" in page("guides/repricing.md")
