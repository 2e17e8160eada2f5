"""The rules for names: those of schemas, resources, operations and fields have to be usable in Python.

A name that generated code uses itself is refused, since the two would clash. A test compares the lists below with the
generated code.
"""

import builtins
import keyword
import re
from collections.abc import Iterator

from generator.description import Place, Source
from generator.names import class_case, constant_case, snake_case

OPERATION_ID = re.compile(r"(?:[a-z][a-z0-9_]*\.){1,2}[a-z][a-z0-9_]*")
SCHEMA_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
PYTHON_NAME = re.compile(r"[a-z][a-z0-9_]*")
MEMBER_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
GROUP_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Names that generated modules import or define beside the classes of the description, and Python's builtins.
RESERVED_CLASSES = frozenset(
    {
        "Annotated", "Any", "AsyncIterator", "AsyncResources", "AsyncSender", "AwareDatetime", "BadRow", "BaseModel",
        "Call", "Callable", "ClassVar", "ConfigDict", "Decimal", "Ellipsis", "Enum", "ErrorCategory", "ErrorCode",
        "Exception", "Field", "IntEnum", "Iterator", "Literal", "Mapping", "MappingProxyType", "Members", "Model",
        "Money", "NotImplemented", "OpenInt", "OpenStr", "Operation", "Page", "Resources", "RootModel", "Security",
        "Self", "Sender", "Sequence", "StrEnum", "Time", "UTC", "WireError",
    }
).union(dir(builtins))  # fmt: skip
LONGEST_NAME = 80
"""The longest name of a schema or an operation: files have these names, and some systems refuse longer ones."""
# Attributes of every model, and names that the body of its class uses.
RESERVED_FIELDS = frozenset(
    {
        "bool", "builtins", "classmethod", "datetime", "dict", "extra", "field", "from_dict", "int", "self", "str",
        "to_dict",
    }
)  # fmt: skip
# Names that the bodies of builders and methods use.
RESERVED_ARGUMENTS = frozenset(
    {
        "attrgetter", "body", "call", "dict", "enums", "int", "isinstance", "models", "number", "on_bad_row",
        "operations", "query", "self", "str", "walking", "why", "writing",
    }
)  # fmt: skip
# Names of types within the class of a resource.
RESERVED_METHODS = frozenset({"bool", "builtins", "datetime", "int", "object", "str"})
# Attributes of a client beside its resources.
RESERVED_RESOURCES = frozenset(
    {
        "aclose", "cached_property", "close", "exchange", "from_env", "in_sandbox", "limits", "raw", "send",
        "sync_clock", "with_options",
    }
)  # fmt: skip
# Names in the module of operations beside the operations.
RESERVED_CONSTANTS = frozenset({"API_URL", "KEY_HEADER", "PUBLIC_URL"})
# Groups whose `is_…` enums have already.
RESERVED_GROUPS = frozenset({"integer", "known"})
# Names that no file may have on Windows.
RESERVED_FILES = frozenset(
    {"aux", "con", "nul", "prn", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)


def check(source: Source) -> Iterator[str]:
    yield from _schemas(source)
    yield from _operations(source)
    yield from _resources(source)


def check_python_name(place: Place, wire: str, reserved: frozenset[str]) -> Iterator[str]:
    """Check the Python name of a property or an argument, from the vendor's name or from `x-python-name`."""
    name = python_name(place, wire)
    # `build_…` is a function that the method with this argument calls.
    taken = keyword.iskeyword(name) or name in reserved or name.startswith("build_")
    if not PYTHON_NAME.fullmatch(name) or taken or len(name) > LONGEST_NAME:
        yield place.finding(f"{wire}: {name!r} cannot be a Python name here; give x-python-name")


def python_name(place: Place, wire: str) -> str:
    """The Python name of a property or an argument."""
    return str(place.node.get("x-python-name") or (snake_case(wire) if wire.isascii() else wire))


def _schemas(source: Source) -> Iterator[str]:
    seen: dict[str, Place] = {}
    modules: dict[str, str] = {}
    for name, place in source.schemas():
        if name in seen:
            yield place.finding(f"schema {name} is also in {seen[name].file}:{seen[name].line}")
        seen[name] = place
        module = snake_case(name)
        if not SCHEMA_NAME.fullmatch(name):
            yield place.finding(f"schema {name}: a class name in CamelCase is expected")
        elif len(name) > LONGEST_NAME:
            yield place.finding(f"schema {name}: a name of at most {LONGEST_NAME} characters is expected")
        elif keyword.iskeyword(module):
            yield place.finding(f"schema {name}: {module} is a word of Python's own; another name is expected")
        elif name in RESERVED_CLASSES:
            yield place.finding(f"schema {name}: the generated code uses this name itself")
        elif module in RESERVED_FILES:
            yield place.finding(f"schema {name}: no file can be called {module} everywhere")
        if modules.setdefault(module, name) != name:
            yield place.finding(f"schema {name} and {modules[module]} both become module {module}")
    for name, place in seen.items():
        if "enum" in place.node and f"{name}Value" in seen:
            yield seen[f"{name}Value"].finding(
                f"schema {name}Value: the generated code gives this name to the argument values of {name}"
            )


def _operations(source: Source) -> Iterator[str]:
    known: dict[str, Place] = {}
    constants: dict[str, str] = {}
    for operation in source.operations():
        place, name = operation.place, operation.id
        method = name.rpartition(".")[2]
        words = [word for word in name.split(".") if keyword.iskeyword(word)]
        if not OPERATION_ID.fullmatch(name):
            yield place.finding(f"{name}: operationId is expected to be resource.method or family.resource.method")
        elif words:
            yield place.finding(f"{name}: {words[0]} is a word of Python's own; another name is expected")
        elif len(name) > LONGEST_NAME:
            yield place.finding(f"{name}: an operationId of at most {LONGEST_NAME} characters is expected")
        elif method in RESERVED_METHODS:
            yield place.finding(f"{name}: the generated code uses the name {method} itself")
        if name in known:
            yield place.finding(f"operationId {name} is also in {known[name].file}:{known[name].line}")
        known[name] = place
        constant = constant_case(name)
        if constants.setdefault(constant, name) != name:
            yield place.finding(f"{name} and {constants[constant]} both become {constant}")
        elif constant in RESERVED_CONSTANTS:
            yield place.finding(f"{name}: the generated code uses the name {constant} itself")
    for operation in source.operations():
        tag, _, method = operation.id.rpartition(".")
        twin = f"{tag}.iterate_{method}"
        if "x-page" in operation.place.node and twin in known:
            yield known[twin].finding(
                f"{twin}: the generated code gives this name to the walk over the pages of {operation.id}"
            )


def _resources(source: Source) -> Iterator[str]:
    """Check the names of resources and of families of resources, which become attributes of the client and classes."""
    # The first operation of each, where findings are reported. The label of a family ends in a dot.
    first: dict[str, Place] = {}
    for operation in source.operations():
        if not OPERATION_ID.fullmatch(operation.id):
            continue
        tag = operation.id.rpartition(".")[0]
        first.setdefault(tag, operation.place)
        if "." in tag:
            first.setdefault(f"{tag.partition('.')[0]}.", operation.place)
    taken = {name: f"schema {name}" for name, _ in source.schemas()} | dict.fromkeys(RESERVED_CLASSES, "something else")
    modules: dict[str, str] = {}
    for label, place in first.items():
        name, is_family = label.rstrip("."), label.endswith(".")
        if name in RESERVED_RESOURCES or name in RESERVED_FILES or name.endswith(".cached_property"):
            yield place.finding(
                f"{name}: a resource cannot have this name: clients use it already, or no file can have it"
            )
        if is_family and name in first:
            yield place.finding(f"{name}: this is the name of both a resource and a group of resources")
        module = name.replace(".", "_")
        if not is_family and modules.setdefault(module, name) != name:
            yield place.finding(f"{name} and {modules[module]} both become module {module}")
        for made in (class_case(name), f"Async{class_case(name)}"):
            if taken.setdefault(made, f"resource {name}") != f"resource {name}":
                yield place.finding(f"{name}: the resource would be called {made}, already the name of {taken[made]}")
