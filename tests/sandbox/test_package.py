"""The sandbox as a package: what importing it costs, what happens without its extra, and its table of codes."""

import subprocess
import sys

import pytest

from binance_c2c.sandbox import refusals as codes
from binance_c2c.sandbox.refusals import Origin, Refusal

EXTRA = ("pydantic", "starlette", "uvicorn")


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_it_needs_no_extra():
    """Importing the sandbox loads none of the packages of its extra."""
    assert "[]" == run(f"import sys, binance_c2c.sandbox; print([name for name in {EXTRA} if name in sys.modules])")


@pytest.mark.parametrize(
    ("missing", "statement"),
    [("pydantic", "Sandbox()"), ("starlette", "serve(None).__enter__()"), ("uvicorn", "serve(None).__enter__()")],
)
def test_a_missing_extra_is_told_with_its_cure(missing: str, statement: str):
    """Whoever needs what is not installed reads which command installs it."""
    program = (
        f"import sys\nsys.modules[{missing!r}] = None\n"
        "from binance_c2c.sandbox import Sandbox, serve\n"
        f"try:\n    {statement}\n"
        "except ImportError as error:\n    print(error)\n"
    )

    assert f'the sandbox needs {missing}, which is not installed: pip install "binance-c2c[sandbox]"' == run(program)


def test_another_missing_module_is_told_as_it_is():
    """The extra is not blamed for what it does not hold."""
    program = (
        "import sys\nsys.modules['binance_c2c_strict'] = None\n"
        "from binance_c2c.sandbox import Sandbox\n"
        "try:\n    Sandbox()\nexcept ImportError as error:\n    print('pip' in str(error))\n"
    )

    assert "False" == run(program)


def refusals() -> dict[str, Refusal]:
    return {name: value for name, value in vars(codes).items() if isinstance(value, Refusal)}


def test_invented_codes_show_that_they_are():
    """A code the sandbox made up is six digits beginning with 99; no code that was seen looks like that."""
    for name, refusal in refusals().items():
        looks_invented = str(refusal.code).startswith("99") and len(str(refusal.code)) == 6
        assert looks_invented == (refusal.origin is Origin.SANDBOX), name


def test_codes_are_told_apart():
    """Each of the service's codes stands for one refusal."""
    service = [refusal.code for refusal in refusals().values() if isinstance(refusal.code, str)]

    assert sorted(set(service)) == sorted(service)
