"""The reference of the hand-written packages: pages on which mkdocstrings shows the docstrings of public names."""

from collections.abc import Iterator
from importlib import import_module

from docs.maker.markdown import page

PACKAGES = {
    "binance_c2c": ("Clients", "The two clients, and the values that they take and give."),
    "binance_c2c.errors": (
        "Errors",
        "What is raised. [What to do with each error](../../guides/errors.md) is a guide.",
    ),
    "binance_c2c.watch": ("Watching orders", "What `client.orders.watch` gives and takes."),
    "binance_c2c.chat": ("Chat", "The stream of messages that `client.chat.connect` opens, and its events."),
    "binance_c2c.arithmetic": ("Arithmetic", "Amounts and prices of a merchant, in `Decimal`."),
    "binance_c2c.fund_password": ("Fund password", "How a fund password is encrypted before it is sent."),
    "binance_c2c.sandbox": ("Sandbox", "An exchange of your own, in process or on a port."),
    "binance_c2c.pytest_plugin": ("Fixtures for pytest", "What the extra `[testing]` adds to pytest."),
}
"""Every package whose names users import, with the title of its page and a sentence about it."""
_NAMES_WITHOUT_ALL = {"binance_c2c.fund_password": ["encrypted"]}
"""The public names of packages that have no `__all__`."""
_MODULES = {"errors", "models"}
_OPTIONS = (
    "    options:",
    "      heading_level: 2",
    "      show_root_heading: true",
    "      show_root_full_path: false",
)


def code_pages() -> dict[str, str]:
    """One page for each package."""
    return {f"reference/code/{_file(name)}.md": page(_lines(name)) for name in PACKAGES}


def public_names(package: str) -> list[str]:
    """The public names of a package that have a docstring of their own to show."""
    names: list[str] = _NAMES_WITHOUT_ALL.get(package) or import_module(package).__all__
    return [name for name in names if not name.startswith(("__", "pytest_")) and name not in _MODULES]


def _file(package: str) -> str:
    return package.rpartition(".")[2].replace("binance_c2c", "clients").replace("_", "-")


def _lines(package: str) -> Iterator[str]:
    title, about = PACKAGES[package]
    yield from (f"# {title}", "", f"`{package}`: {about}", "")
    # A sync class comes just before its async twin.
    for name in sorted(public_names(package), key=lambda one: (one.removeprefix("Async"), one.startswith("Async"))):
        yield from (f"::: {package}.{name}", *_OPTIONS, "")
