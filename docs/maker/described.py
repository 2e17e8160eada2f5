"""The reference of the API, made from the API description: operations, models, enums, error codes, chat frames."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs.maker.markdown import heading, page, prose, table
from generator.description import Json, Source, bundle
from generator.render import argument_type, type_name
from generator.shape import Code, Enum, Field, Kind, Model, Operation, Shape, Tag, Type, parse

DEFAULT_EVIDENCE = "specification"
"""The evidence for a field or a value, if the description does not say it for that one."""
_SECURITY = {
    "NONE": "none: no key is sent",
    "KEY": "the API key alone",
    "SIGNED": "API key and signature",
}
_GUIDES = {
    "price_out_of_band": "[Guide](../guides/repricing.md#187055-the-price-is-out-of-the-band).",
    "stock_mismatch": "[Guide](../guides/repricing.md#187049-the-quantity-is-refused-or-too-many-updates).",
    "rate_limit": "[Limits and fleets](../guides/limits.md).",
    "ban": "[Limits and fleets](../guides/limits.md).",
    "clock": "[Your clock](../getting-started.md#your-clock).",
    "authentication": "[Your key at Binance](../getting-started.md#your-key-at-binance).",
    "permission": "[Your key at Binance](../getting-started.md#your-key-at-binance).",
    "second_factor": "[Release](../guides/orders.md#release).",
}
"""Links to the guides with more about a category of errors."""
_LINKED = (Kind.MODEL, Kind.ENUM)


@dataclass(frozen=True)
class Description:
    """The API description: as the generator's shape of the SDK, and as the bundled document, which says more."""

    shape: Shape
    document: Json

    @property
    def schemas(self) -> Json:
        """Every schema, by its name."""
        schemas: Json = self.document["components"]["schemas"]
        return schemas

    def evidence_of_field(self, model: str, wire: str) -> str:
        """The evidence that a field of a model exists, and for its type."""
        return str(self.schemas[model]["properties"][wire].get("x-evidence", DEFAULT_EVIDENCE))

    def evidence_of_values(self, enum: str) -> list[str]:
        """The evidence for each value of an enum, in the order of its members."""
        schema = self.schemas[enum]
        graded: list[str] = schema.get("x-enum-evidence", [])
        return list(map(str, graded)) or [str(schema.get("x-evidence", DEFAULT_EVIDENCE))] * len(schema["enum"])

    def weight_evidence(self, operation: Operation) -> str:
        """The evidence for the weight of an operation."""
        return str(
            self.document["paths"][operation.path][operation.method.lower()].get("x-weight-evidence", DEFAULT_EVIDENCE)
        )


def read(folder: Path) -> Description:
    """Read the API description in a folder."""
    source = Source(folder)
    document = bundle(source)
    return Description(parse(source, document), document)


def described_pages(folder: Path) -> dict[str, str]:
    """`{path: text}` of every page that is made from the API description."""
    description = read(folder)
    shape = description.shape
    operations = {f"reference/operations/{_file(tag.name)}.md": page(_tag(description, tag)) for tag in shape.tags}
    models = {
        f"reference/models/{name}.md": page(_models(description, name, of_file))
        for name, of_file in sorted(_by_file(shape).items())
    }
    return {
        "reference/error-codes.md": page(_codes(shape)),
        "reference/enums.md": page(_enums(description)),
        "reference/chat-frames.md": page(_frames(shape)),
        **operations,
        **models,
    }


def _file(tag: str) -> str:
    return tag.replace(".", "-").replace("_", "-")


def _by_file(shape: Shape) -> Mapping[str, list[Model]]:
    found: dict[str, list[Model]] = {}
    for model in shape.models:
        found.setdefault(Path(model.file).stem.replace("_", "-"), []).append(model)
    return found


def _tag(description: Description, tag: Tag) -> Iterator[str]:
    yield from (f"# `client.{tag.name}`", "", prose(tag.doc), "")
    rows = ((_methods(one), prose(one.summary)) for one in tag.operations)
    yield from table(("method", "what it does"), rows)
    for operation in tag.operations:
        yield from _operation(description, operation)


def _methods(operation: Operation) -> str:
    linked = f"[`{operation.method_name}`](#{operation.id})"
    return f"{linked}, `iterate_{operation.method_name}`" if operation.paged else linked


def _operation(description: Description, operation: Operation) -> Iterator[str]:
    yield from (heading(2, f"`{operation.id}`", operation.id), "", prose(operation.summary), "")
    if operation.description:
        yield from (prose(operation.description), "")
    facts = [
        ("request", f"`{operation.method} {operation.path}`"),
        ("returns", _result(description.shape, operation)),
        ("needs", _SECURITY[operation.security]),
        ("weight", f"{operation.weight}, by {_grade(description.weight_evidence(operation))}"),
        ("evidence", f"{_grade(operation.evidence)}: {prose(operation.source)}"),
        ("after a lost answer", _after_loss(operation)),
    ]
    if operation.paged:
        facts.insert(2, ("all pages", f"`client.{operation.tag}.iterate_{operation.method_name}` gives every row once"))
    if not operation.sorted_query:
        facts.append(("signed", "with its query in the given order, not sorted by name"))
    yield from table(("", ""), facts)
    if operation.arguments:
        rows = (_argument(description.shape, field) for field in operation.arguments)
        yield from table(("argument", "type", "meaning"), rows)


def _after_loss(operation: Operation) -> str:
    if operation.safe_to_repeat:
        return "it is sent again, since it only reads or does no harm twice"
    return f"`OutcomeUnknownError`, and it is not sent again. {prose(operation.outcome)}"


def _result(shape: Shape, operation: Operation) -> str:
    if operation.result is None:
        return "nothing"
    if operation.paged and operation.result.item:
        return f"a page of {_type(shape, operation.result.item, '../')}"
    return _type(shape, operation.result, "../")


def _argument(shape: Shape, field: Field) -> tuple[str, str, str]:
    name = f"`{field.python}`" if not field.required else f"`{field.python}` (required)"
    default = "" if field.default is None else f" Without it `{field.default}`."
    limits = ", ".join(f"{limit.replace('_', ' ')} `{value}`" for limit, value in (*field.limits, *field.item_limits))
    limited = f" Limits: {limits}." if limits else ""
    return name + _wire(field), _type(shape, field.type, "../", argument=True), f"{prose(field.doc)}{default}{limited}"


def _wire(field: Field) -> str:
    other = [name for name in (field.wire, *field.also) if name != field.python]
    return f", on the wire {', '.join(f'`{name}`' for name in other)}" if other else ""


def _type(shape: Shape, kind: Type, to_reference: str, *, argument: bool = False) -> str:
    """A type as Python writes it, with a link if the reference describes it."""
    if kind.item:
        return f"list of {_type(shape, kind.item, to_reference, argument=argument)}"
    if kind.kind not in _LINKED:
        return f"`{argument_type(kind) if argument else type_name(kind)}`"
    return f"[`{kind.name}`]({to_reference}{place_of(shape, kind)})"


def place_of(shape: Shape, kind: Type) -> str:
    """The link to a model or an enum, relative to the folder of the reference."""
    if kind.kind is Kind.ENUM:
        return f"enums.md#{kind.name}"
    model = next(model for model in shape.models if model.name == kind.name)
    return f"models/{Path(model.file).stem.replace('_', '-')}.md#{kind.name}"


def _models(description: Description, name: str, models: Iterable[Model]) -> Iterator[str]:
    yield from (f"# Models: {name.replace('-', ' ')}", "")
    yield "What operations return, and parts of what they take. Import them from `binance_c2c.models`. A field that"
    yield "is not required may be `None`; what the exchange sends beyond these fields is kept in `extra`."
    yield ""
    for model in models:
        yield from (heading(2, f"`{model.name}`", model.name), "", prose(model.doc), "")
        yield from table(("field", "type", "meaning"), (_field(description, model, field) for field in model.fields))


def _field(description: Description, model: Model, field: Field) -> tuple[str, str, str]:
    name = f"`{field.python}`" if not field.required else f"`{field.python}` (required)"
    grade = description.evidence_of_field(model.name, field.wire)
    hidden = " Not shown by `repr`." if field.secret else ""
    meaning = f"{prose(field.doc)}{hidden} Evidence: {_grade(grade, '../')}."
    return name + _wire(field), _type(description.shape, field.type, "../"), meaning


def _enums(description: Description) -> Iterator[str]:
    yield from ("# Enums", "")
    yield "Sets of values. Import them from `binance_c2c.models`; an argument takes the plain value as well. A value"
    yield "that is not listed is kept as it came, and is a member too."
    yield ""
    for enum in description.shape.enums:
        yield from _enum(enum, description.evidence_of_values(enum.name))


def _enum(enum: Enum, grades: Iterable[str]) -> Iterator[str]:
    yield from (heading(2, f"`{enum.name}`", enum.name), "", prose(enum.doc), "")
    rows = (
        (f"`{member.name}`", f"`{member.value}`", _grade(grade, ""), prose(member.doc))
        for member, grade in zip(enum.members, grades, strict=True)
    )
    yield from table(("member", "value", "evidence", "meaning"), rows)
    for group in enum.groups:
        names = ", ".join(f"`{name}`" for name in group.members)
        yield from (f"`.is_{group.name}`: whether {prose(group.doc)} So are {names}.", "")


def _codes(shape: Shape) -> Iterator[str]:
    errors = shape.errors
    yield from ("# Error codes", "")
    yield "What the exchange answers when it refuses: `error.code` of an"
    yield "[`APIError`](code/errors.md#binance_c2c.errors.APIError), with its category, meaning and advice, as"
    yield "`error.category` and `error.known` have them. A code that is not listed has the category `unknown`."
    yield "[What to do with each error](../guides/errors.md) says how a program handles them."
    yield ""
    if errors is None:
        return
    yield from (heading(2, "Categories", "categories"), "")
    codes: dict[str, list[Code]] = {}
    for code in errors.codes:
        codes.setdefault(code.category, []).append(code)
    rows = (
        (
            f"`{one.name}`",
            prose(one.doc),
            ", ".join(f"[{code.code}](#{anchor(code)})" for code in codes.get(one.name, ())),
        )
        for one in errors.categories
    )
    yield from table(("category", "meaning", "codes"), rows)
    yield from (heading(2, "Codes", "codes"), "")
    for code in errors.codes:
        yield from (heading(3, f"{code.code}: `{code.name}`", anchor(code)), "")
        yield from (f"{prose(code.meaning)} **What to do:** {prose(code.advice)}", "")
        guide = f" {_GUIDES[code.category]}" if code.category in _GUIDES else ""
        yield from (f"Category `{code.category}`. Evidence: {_grade(code.evidence, '')}.{guide}", "")
    yield from (heading(2, "Words", "words"), "")
    yield from ("Some refusals are only a sentence, without a code of their own; words in it tell their category.", "")
    yield from table(("contains", "category"), ((f"`{one.contains}`", f"`{one.category}`") for one in errors.texts))


def anchor(code: Code) -> str:
    """The anchor of a code on its page."""
    return f"code-{code.code}"


def _frames(shape: Shape) -> Iterator[str]:
    yield from ("# Frames of the chat", "")
    yield "What goes over the chat's WebSocket, as `openapi/asyncapi.yaml` describes it. Programs that use"
    yield "[`client.chat.connect`](../guides/chat.md) get events instead; `models.ChatFrame` reads a frame by itself."
    yield ""
    for title, received in (("Received", True), ("Sent", False)):
        yield from (heading(2, title, title.lower()), "")
        for frame in shape.frames:
            if frame.received is received:
                yield from (heading(3, f"`{frame.name}`", f"{title.lower()}-{frame.name}"), "", prose(frame.doc), "")
                models = [("", frame.model), *(("" if kind == "*" else kind, name) for kind, name in frame.contents)]
                read_as = ", ".join(_frame_model(shape, kind, name) for kind, name in models)
                yield from (f"Model: {read_as}. Evidence: {_grade(frame.evidence, '')}: {prose(frame.source)}", "")


def _frame_model(shape: Shape, kind: str, name: str) -> str:
    linked = _type(shape, Type(Kind.MODEL, name), "")
    return f"{linked} in the content of `{kind}`" if kind else linked


def _grade(grade: str, to_reference: str = "../") -> str:
    return f"[{grade}]({to_reference}index.md#evidence)"
