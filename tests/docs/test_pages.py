"""What a newcomer meets first: a short README whose links lead somewhere, and pages that agree with the code."""

import re

from binance_c2c import errors
from binance_c2c.cli.shared.failures import Status
from binance_c2c.sandbox.exchange.markets import HIGHEST_RATIO, LOWEST_RATIO
from binance_c2c_sapi.error_codes import ErrorCategory
from binance_c2c_sapi.operations import OPERATIONS
from tests.docs.markdown import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


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
