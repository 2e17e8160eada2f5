"""What can be imported, and what importing costs."""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import httpx
import pytest

import binance_c2c
from binance_c2c import Call, Exchange, Operation, errors, models
from binance_c2c._core import flow, limits, transport
from binance_c2c_sapi.resources.commission_rates import CommissionRates
from binance_c2c_sapi.resources.orders import Orders

# Whatever is public, a client among it.
EVERYTHING = "from binance_c2c import *"
# Loaded where they are used, so that a program that lists its orders does not pay for the rest.
LATER = (
    *("attr", "attrs", "anyio", "asyncio", "msgspec", "pydantic", "starlette", "uvicorn", "vcr", "ssl"),
    *("binance_c2c.sandbox", "binance_c2c.cli.command", "binance_c2c.cli.demo", "binance_c2c_strict"),
    *("binance_c2c_sapi.enums", "binance_c2c_runtime.open_enums", "binance_c2c_runtime.writing"),
)


def loaded(statement: str) -> set[str]:
    """The modules that a statement adds to those `import httpx` brings."""
    script = (
        f"import sys, json, httpx; old = {{*sys.modules}}; {statement}; print(json.dumps([*{{*sys.modules}} - old]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def below(names: set[str], *packages: str) -> list[str]:
    return sorted(name for name in names if name in packages or name.startswith(tuple(f"{one}." for one in packages)))


@pytest.mark.parametrize("module", [binance_c2c, errors, models], ids=lambda module: module.__name__)
def test_public_names_are_there_and_in_order(module: object):
    """`__all__` is sorted as `sorted` does, holds no name twice, and each of them can be had."""
    names = getattr(module, "__all__")  # noqa: B009 - whether it is there is the question

    assert sorted(set(names)) == list(names)
    assert [] == [name for name in names if getattr(module, name, None) is None]


def test_nothing_else_is_public():
    """Beside them the package shows only modules that carry an underscore or are meant to be imported by name."""
    # pytest rewrites the assertions of a package that brings a plugin, by two names beginning with an at sign.
    extra = {name for name in vars(binance_c2c) if not name.startswith(("_", "@"))} - set(binance_c2c.__all__)
    ways_to_load = {"TYPE_CHECKING", "load_on_use"}

    assert (
        extra
        <= {"arithmetic", "sandbox", "cli", "demo", "chat", "fund_password", "pytest_plugin", "watch"} | ways_to_load
    )
    assert binance_c2c.__all__ == dir(binance_c2c)


@pytest.mark.parametrize("package", [binance_c2c, flow, limits, transport], ids=lambda package: package.__name__)
def test_a_name_is_what_a_type_checker_takes_it_for(package: ModuleType):
    """Each name that is loaded on use comes from where the type checkers' import has it from, and there are no more."""
    tree = ast.parse(Path(str(package.__file__)).read_text(encoding="utf-8"))
    [checked] = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for node in checked.body if isinstance(node, ast.ImportFrom)]
    declared = {alias.name: importlib.import_module(str(node.module)) for node in imports for alias in node.names}

    assert {name: getattr(module, name) for name, module in declared.items()} == {
        name: getattr(package, name) for name in package.__all__ if name != "__version__"
    }


def test_a_name_that_is_none_is_an_ordinary_mistake():
    """As with any module; a type checker says so too, which `test_types.py` holds."""
    with pytest.raises(AttributeError, match=r"^module 'binance_c2c' has no attribute 'C2CCleint'$"):
        getattr(binance_c2c, "C2CCleint")  # noqa: B009 - the checkers know that it is none


def test_a_model_is_imported_from_the_package():
    """`from binance_c2c.models import …` gives what the generated package has, each name of it."""
    module = importlib.import_module("binance_c2c.models")
    generated = importlib.import_module("binance_c2c_sapi.models")

    assert models is module
    assert [getattr(generated, name) for name in generated.__all__] == [
        getattr(module, name) for name in module.__all__
    ]


def test_models_list_what_they_have():
    """`dir(models)` is the list of models, and a name that is none is an ordinary mistake."""
    assert models.__all__ == dir(models)
    with pytest.raises(AttributeError, match="has no attribute 'Odrer'"):
        getattr(models, "Odrer")  # noqa: B009 - the checkers know that it is none


def test_importing_loads_little():
    """Neither models nor resources nor anything an extra or an event loop needs comes with the clients."""
    added = loaded(EVERYTHING)

    assert "binance_c2c._core.client.client" in added
    assert [] == below(added, *LATER)
    assert [] == [
        name for name in added if name.startswith(("binance_c2c_sapi.models.", "binance_c2c_sapi.resources."))
    ]


def test_a_client_loads_what_it_needs_before_its_first_call():
    """The modules for answers, hooks, shared limits, proxies and undescribed paths are loaded when they are needed."""
    added = loaded("from binance_c2c import C2CClient; C2CClient(api_key='k', api_secret='s')")

    later = {
        *("flow.decode", "flow.events", "flow.raw", "flow.refusals", "client.options", "transport.environment"),
        *("limits.budget", "limits.connection", "limits.fleet", "transport.permits"),
    }
    assert "binance_c2c._core.flow.drivers" in added
    assert [] == [name for name in later if f"binance_c2c._core.{name}" in added]
    assert {"callbacks", "lazy_loading", "operations"} == {
        name.removeprefix("binance_c2c_runtime.") for name in added if name.startswith("binance_c2c_runtime.")
    }


def test_importing_needs_httpx_and_the_standard_library():
    """Beyond what httpx brings, only ourselves and modules of Python are loaded."""
    tops = {name.partition(".")[0] for name in loaded(EVERYTHING)}

    assert {"binance_c2c", "binance_c2c_runtime", "binance_c2c_sapi"} == tops - set(sys.stdlib_module_names)


def test_a_model_loads_what_it_is_made_of():
    """Asking for one model loads it and its parts, and no other."""
    added = loaded("import binance_c2c; binance_c2c.models.ServerTime")

    assert ["binance_c2c_sapi.models.server_time"] == [
        one for one in added if one.startswith("binance_c2c_sapi.models.")
    ]


def test_a_call_can_name_its_type():
    """`Call[Ad](…)` and `Exchange[Ad](…)`, written with the type they carry, are the same values as without."""
    operation = Operation("ads.get", "POST", "/")
    typed = Call[models.Ad](operation)
    plain: Call[models.Ad] = Call(operation)
    answer = Exchange[str]("", 200, httpx.Headers(), b"")

    assert typed == plain
    assert Exchange("", 200, httpx.Headers(), b"") == answer


def test_help_says_what_an_argument_can_be():
    """Where an argument is one of a set, `help` lists it; not where its text has chosen among them already."""
    release, taker = (" ".join(str(method.__doc__).split()) for method in (Orders.release, CommissionRates.taker))

    assert "auth_type: Which second factor is given. One of `FIDO2`, `FUND_PWD`, `GOOGLE`, `SMS`." in release
    assert "classify: The market of the ad; `mass`, `profession` or `block`. " in taker
    assert "One of `mass`" not in taker
