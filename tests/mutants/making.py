"""Has mutmut make the mutants of a module: code with all of them in it, and how each differs."""

import difflib
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Mutants:
    """Mutants by name, such as `package.module.xǁClassǁmethod__mutmut_3`."""

    functions: dict[str, str]
    """For each mutant, the function that it was made from, by mutmut's name."""
    differences: dict[str, str]
    """For each mutant, the lines in which it differs from that function."""


def mutants_of(module: str, code: str) -> tuple[str, Mutants]:
    """The code of a module with the mutants of each function beside it, and a list of them."""
    # Imported by name, since only the environment of `make mutants` has it.
    made = import_module("mutmut.mutation.file_mutation").mutate_file_contents(f"{module}.py", code)
    lines = made.code.splitlines()
    texts = {name: lines[span.start - 1 : span.end] for name, span in made.line_span_by_function_name.items()}
    functions: dict[str, str] = {}
    differences: dict[str, str] = {}
    for name in made.mutant_names:
        function = name.rpartition("__mutmut_")[0]
        original = texts[f"{function}__mutmut_orig"]
        mutant = [line.replace(name, f"{function}__mutmut_orig") for line in texts[name]]
        functions[f"{module}.{name}"] = f"{module}.{function}"
        differences[f"{module}.{name}"] = "\n".join(difflib.unified_diff(original, mutant, n=0, lineterm=""))
    return made.code, Mutants(functions, differences)
