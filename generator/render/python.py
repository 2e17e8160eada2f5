"""The Python expressions that name, read and write a type of the shape. The templates only lay them out."""

from collections.abc import Iterable

from generator.names import constant_case, snake_case
from generator.shape import Enum, Field, Kind, Limits, Operation, Type

PLAIN = {
    Kind.TEXT: "str",
    Kind.WHOLE: "int",
    Kind.FLAG: "bool",
    Kind.DECIMAL: "Decimal",
    Kind.EPOCH_MS: "datetime",
    Kind.ISO_TIME: "datetime",
    Kind.ANY: "Any",
}
READ_KIND = {
    Kind.TEXT: "TEXT",
    Kind.WHOLE: "WHOLE",
    Kind.FLAG: "FLAG",
    Kind.DECIMAL: "DECIMAL",
    Kind.EPOCH_MS: "TIME",
    Kind.ISO_TIME: "TIME",
    Kind.ANY: "ANY",
}
WRITE_BY = {
    Kind.TEXT: "writing.text",
    Kind.WHOLE: "writing.whole",
    Kind.FLAG: "writing.flag",
    Kind.DECIMAL: "writing.decimal",
    Kind.EPOCH_MS: "writing.epoch_milliseconds",
    Kind.ISO_TIME: "writing.iso_time",
}


def type_name(kind: Type) -> str:
    """The type of a field of a model, or of a result."""
    if kind.item:
        # A method called `list` may hide the builtin.
        return f"builtins.list[{type_name(kind.item)}]"
    return PLAIN.get(kind.kind, kind.name)


def result_name(operation: Operation) -> str:
    """The type of a method's result."""
    if operation.result is None:
        return "None"
    if operation.paged:
        return f"Page[{row_name(operation)}]"
    return type_name(operation.result)


def row_name(operation: Operation) -> str:
    """The class of the rows or items in a method's result; empty if it has none."""
    return operation.result.item.name if operation.result and operation.result.item else ""


def argument_type(kind: Type) -> str:
    """The type of an argument in a signature, which accepts each unambiguous form."""
    if kind.item:
        return f"Sequence[{argument_type(kind.item)}]"
    match kind.kind:
        case Kind.DECIMAL:
            return "Money"
        case Kind.EPOCH_MS | Kind.ISO_TIME:
            return "Time"
        case Kind.ENUM:
            return f"{kind.name}Value"
        case Kind.MODEL:
            return f"{kind.name} | Mapping[str, Any]"
        case _:
            return PLAIN[kind.kind]


def signature(operation: Operation) -> str:
    """The keyword-only parameters, if there are any. The default of an enum is a wire value, as its `Value` allows."""
    parts: list[str] = []
    for field in operation.arguments:
        annotation = argument_type(field.type)
        if field.required:
            parts.append(f"{field.python}: {annotation}")
        elif field.default is not None:
            parts.append(f"{field.python}: {annotation} = {field.default!r}")
        else:
            parts.append(f"{field.python}: {annotation} | None = None")
    return "*, " + ", ".join(parts) if parts else ""


def argument_doc(field: Field, enums: Iterable[Enum]) -> str:
    """The text of an argument, with the values of an enum if the text does not list them."""
    sets = field.type.names(Kind.ENUM)
    members = [member for enum in enums if enum.name in sets for member in enum.members]
    if not members or any(f"`{member.value}`" in field.doc for member in members):
        return field.doc
    values = ", ".join(
        f"`{member.value}`" if isinstance(member.value, str) else f"{member.value} ({member.name})"
        for member in members
    )
    return f"{field.doc} {'Each is one' if field.type.item else 'One'} of {values}."


def read_kind(kind: Type) -> str:
    """The expression for the `shapes.Kind` of a type."""
    if kind.item:
        return f"shapes.many({_read_item(kind.item)})"
    match kind.kind:
        case Kind.ENUM:
            return f"shapes.member({kind.name})"
        case Kind.MODEL:
            return f"shapes.one({kind.name}.from_dict)"
        case _:
            return f"shapes.{READ_KIND[kind.kind]}"


def value_reader(kind: Type) -> str:
    """The function that reads a value if the `data` of an answer is such a value, or a list of them."""
    return f"enums.{kind.name}" if kind.kind is Kind.ENUM else f"reading.to_{READ_KIND[kind.kind].lower()}"


def _read_item(item: Type) -> str:
    match item.kind:
        case Kind.ENUM:
            return item.name
        case Kind.MODEL:
            return f"{item.name}.from_dict"
        case _:
            return f"reading.to_{READ_KIND[item.kind].lower()}"


def write_expression(kind: Type, value: str = "v") -> str:
    """The expression for the wire form of a model's value that is not None."""
    if kind.item:
        inner = write_expression(kind.item, "x")
        return f"list({value})" if inner == "x" else f"[{inner} for x in {value}]"
    match kind.kind:
        case Kind.DECIMAL:
            return f'format({value}, "f")'
        case Kind.ENUM:
            return f"{value}.value"
        case Kind.EPOCH_MS:
            return f"reading.epoch_ms({value})"
        case Kind.ISO_TIME:
            return f"{value}.isoformat()"
        case Kind.MODEL:
            return f"{value}.to_dict()"
        case Kind.ANY:
            return f"_jsonable({value})"
        case _:
            return value


def argument_expression(field: Field) -> str:
    """The expression that checks an argument and gives its wire form."""
    written = _hidden(field, _write(field, f'"{field.python}"', field.python))
    # A query has no booleans.
    return f'"true" if {written} else "false"' if field.in_query and field.type.kind is Kind.FLAG else written


def _write(field: Field, name: str, value: str) -> str:
    limits = _limits(field.limits, secret=field.secret)
    if not field.type.item:
        return _write_one(field.type, name, value, limits)
    inner = _write_one(field.type.item, "n", "x", _limits(field.item_limits, secret=field.secret))
    return f"writing.items({name}, {value}, lambda n, x: {inner}{limits})"


def _limits(limits: Limits, *, secret: bool) -> str:
    hidden = ", hidden=True" if secret and "pattern" in dict(limits) else ""
    return "".join(f", {name}={limit!r}" for name, limit in limits) + hidden


def _write_one(kind: Type, name: str, value: str, limits: str) -> str:
    match kind.kind:
        case Kind.ENUM:
            return f"writing.member({name}, {value}, enums.{kind.name})"
        case Kind.MODEL:
            return f"writing.model({name}, {value}, models.{kind.name}, _{constant_case(snake_case(kind.name))})"
        case _:
            return f"{WRITE_BY[kind.kind]}({name}, {value}{limits})"


def is_hidden(field: Field) -> bool:
    """Whether a field is a string that the description marks as a secret."""
    return field.secret and field.type.kind is Kind.TEXT


def _hidden(field: Field, written: str) -> str:
    return f"writing.Hidden({written})" if is_hidden(field) else written


def part_field(field: Field) -> str:
    """The expression for a field of a model that is part of a request."""
    write = f"lambda n, x: {_hidden(field, _write(field, 'n', 'x'))}"
    return f"writing.Field(wire={field.wire!r}, required={field.required}, write={write})"


def value_type(enum: Enum) -> str:
    """The type of an enum or one of its plain values."""
    literals = ", ".join(repr(member.value) for member in enum.members)
    return f"{enum.name} | Literal[{literals}]"
