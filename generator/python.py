"""How a type of the shape is named, read and written in Python. Plain functions; the templates only lay out."""

from generator.names import snake_case
from generator.shape import Enum, Field, Kind, Operation, Type

PLAIN = {
    Kind.TEXT: "str",
    Kind.WHOLE: "int",
    Kind.FLAG: "bool",
    Kind.DECIMAL: "Decimal",
    Kind.EPOCH_MS: "datetime",
    Kind.ISO_TIME: "datetime",
}
READ_BY = {Kind.TEXT: ("str", "to_text"), Kind.WHOLE: ("int", "to_whole"), Kind.FLAG: ("bool", "to_flag")}
WRITE_BY = {
    Kind.TEXT: "writing.text",
    Kind.WHOLE: "writing.whole",
    Kind.FLAG: "writing.flag",
    Kind.DECIMAL: "writing.decimal",
    Kind.EPOCH_MS: "writing.epoch_milliseconds",
    Kind.ISO_TIME: "writing.iso_time",
}


def type_name(kind: Type) -> str:
    """In a model, or as a result."""
    if kind.kind is Kind.LIST:
        # Beside a method called `list` the builtin could not be named.
        return f"builtins.list[{type_name(_item(kind))}]"
    return PLAIN.get(kind.kind, kind.name)


def result_name(operation: Operation) -> str:
    """What a method returns."""
    if operation.result is None:
        return "None"
    if operation.paged:
        return f"Page[{type_name(_item(operation.result))}]"
    return type_name(operation.result)


def argument_type(kind: Type) -> str:
    """In a signature: generous where nothing can be misread."""
    match kind.kind:
        case Kind.DECIMAL:
            return "Money"
        case Kind.EPOCH_MS | Kind.ISO_TIME:
            return "Time"
        case Kind.ENUM:
            return f"{kind.name}Value"
        case Kind.MODEL:
            return f"{kind.name} | Mapping[str, Any]"
        case Kind.LIST:
            return f"Sequence[{argument_type(_item(kind))}]"
        case _:
            return PLAIN[kind.kind]


def signature(operation: Operation, enums: dict[str, Enum], *, without: str = "") -> str:
    """The keyword-only arguments, or nothing."""
    parts: list[str] = []
    for field in operation.arguments:
        if field.python == without:
            continue
        annotation = argument_type(field.type)
        if field.required:
            parts.append(f"{field.python}: {annotation}")
        elif field.default is not None:
            parts.append(f"{field.python}: {annotation} = {default_value(field, enums)}")
        else:
            parts.append(f"{field.python}: {annotation} | None = None")
    return "*, " + ", ".join(parts) if parts else ""


def default_value(field: Field, enums: dict[str, Enum]) -> str:
    """A default as a literal: of an enum it is the wire value, which its `Value` type allows."""
    if field.type.kind is Kind.ENUM:
        values = [member.value for member in enums[field.type.name].members]
        if field.default not in values:
            message = f"{field.wire}: the default {field.default!r} is not in {field.type.name}"
            raise ValueError(message)
    return repr(field.default)


def read_expression(kind: Type, value: str = "v") -> str:
    """Reads `value`, giving None for null. The usual case comes first and calls nothing of ours."""
    match kind.kind:
        case Kind.DECIMAL:
            return f"DECIMALS[{value}]"
        case Kind.ENUM:
            return f"_{snake_case(kind.name)}[{value}]"
        case Kind.EPOCH_MS | Kind.ISO_TIME:
            return (
                f"fromtimestamp({value} / 1000, UTC) if type({value}) is int"
                f" else None if {value} is None else to_time({value})"
            )
        case Kind.MODEL:
            return f"None if {value} is None else {kind.name}.from_dict({value})"
        case Kind.LIST:
            return f"None if {value} is None else {_read_list(kind, value)}"
        case _:
            plain, reader = READ_BY[kind.kind]
            return f"{value} if type({value}) is {plain} or {value} is None else {reader}({value})"


def read_required_expression(field: Field, value: str = "v") -> str:
    """Reads `value` of a field that has to be there."""
    plain, reader = READ_BY.get(field.type.kind, ("", ""))
    if not plain:
        return f'required(cls, "{field.wire}", {read_expression(field.type, value)})'
    read = f"None if {value} is None else {reader}({value})"
    return f'{value} if type({value}) is {plain} else required(cls, "{field.wire}", {read})'


def _read_list(kind: Type, value: str) -> str:
    item = _item(kind)
    match item.kind:
        case Kind.MODEL:
            inner = f"{item.name}.from_dict(x)"
        case Kind.ENUM:
            inner = f"{item.name}(x)"
        case Kind.DECIMAL:
            inner = "to_decimal(x)"
        case Kind.EPOCH_MS | Kind.ISO_TIME:
            inner = "to_time(x)"
        case _:
            inner = f"{READ_BY[item.kind][1]}(x)"
    return f"[{inner} for x in to_list({value})]"


def write_expression(kind: Type, value: str = "v") -> str:
    """The wire form of a model's value that is not None."""
    match kind.kind:
        case Kind.DECIMAL:
            return f'format({value}, "f")'
        case Kind.ENUM:
            return f"{value}.value"
        case Kind.EPOCH_MS:
            return f"epoch_ms({value})"
        case Kind.ISO_TIME:
            return f"{value}.isoformat()"
        case Kind.MODEL:
            return f"{value}.to_dict()"
        case Kind.LIST:
            inner = write_expression(_item(kind), "x")
            return f"list({value})" if inner == "x" else f"[{inner} for x in {value}]"
        case _:
            return value


def argument_expression(field: Field) -> str:
    """The wire form of an argument, checked."""
    limits = "".join(f", {name}={limit}" for name, limit in field.limits)
    return _write(field.type, f'"{field.python}"', field.python, limits)


def _write(kind: Type, name: str, value: str, limits: str) -> str:
    match kind.kind:
        case Kind.ENUM:
            return f"writing.member({name}, {value}, enums.{kind.name})"
        case Kind.MODEL:
            return f"writing.model({name}, {value}, models.{kind.name}, models.{kind.name}.NAMES)"
        case Kind.LIST:
            inner = _write(_item(kind), "n", "x", "")
            return f"writing.items({name}, {value}, lambda n, x: {inner}{limits})"
        case _:
            return f"{WRITE_BY[kind.kind]}({name}, {value}{limits})"


def value_type(enum: Enum) -> str:
    """An enum, or the plain values it lists."""
    literals = ", ".join(repr(member.value) for member in enum.members)
    return f"{enum.name} | Literal[{literals}]"


def _item(kind: Type) -> Type:
    if kind.item is None:
        message = "a list has items"
        raise TypeError(message)
    return kind.item
