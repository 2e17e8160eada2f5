"""What `python -m generator --diff` calls a break, an addition or neither, and what it compares with."""

import dataclasses
import os
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generator import parse, surface
from generator.__main__ import main
from generator.diff import compare
from generator.shape import Enum, Field, Kind, Member, Model, Operation, Shape, Tag, Type
from generator.source import DescriptionError

ROOT_FILE = """\
openapi: 3.1.0
info: {title: A tiny API, version: "1"}
tags:
  - {name: orders, description: Orders.}
paths:
  /orders/get: {$ref: ./paths/orders.yaml#/~1orders~1get}
  /orders/list: {$ref: ./paths/orders.yaml#/~1orders~1list}
  /orders/place: {$ref: ./paths/orders.yaml#/~1orders~1place}
components:
  securitySchemes:
    apiKey: {type: apiKey, in: header, name: X-MBX-APIKEY}
    signature: {type: apiKey, in: query, name: signature}
  parameters:
    ClientType:
      {name: clientType, in: header, required: true, description: The device., schema: {type: string, enum: [web]}}
"""
GET = """\
/orders/get:
  get:
    operationId: orders.get
    tags: [orders]
    summary: One order.
    description: All of it.
    x-source: V1
    x-evidence: specification
    x-weight: 1
    x-safe-to-repeat: true
    security: [{apiKey: []}]
    parameters:
      - {name: orderNumber, in: query, required: true, description: Which., schema: {type: string}}
      - {name: brief, in: query, description: Whether a part will do., schema: {type: boolean}}
    responses:
      "200":
        description: The order.
        content:
          application/json:
            schema:
              allOf:
                - {$ref: ../schemas/common.yaml#/Envelope}
                - type: object
                  properties:
                    data: {$ref: ../schemas/orders.yaml#/Order}
"""
LIST = """\
/orders/list:
  post:
    operationId: orders.list
    tags: [orders]
    summary: Orders.
    description: The newest first.
    x-source: V1
    x-evidence: specification
    x-weight: 1
    x-safe-to-repeat: true
    x-page: {key: orderNumber}
    security: [{apiKey: [], signature: []}]
    parameters:
      - {$ref: ../c2c.yaml#/components/parameters/ClientType}
    requestBody:
      required: true
      content: {application/json: {schema: {$ref: ../schemas/orders.yaml#/ListRequest}}}
    responses:
      "200":
        description: A page.
        content:
          application/json:
            schema:
              allOf:
                - {$ref: ../schemas/common.yaml#/PagedEnvelope}
                - type: object
                  properties:
                    data: {type: array, items: {$ref: ../schemas/orders.yaml#/Row}}
"""
PLACE = """\
/orders/place:
  post:
    operationId: orders.place
    tags: [orders]
    summary: Place an order.
    description: It is placed.
    x-source: V1
    x-evidence: specification
    x-weight: 1
    x-safe-to-repeat: false
    x-outcome: "`orders.list` tells."
    security: [{apiKey: [], signature: []}]
    requestBody:
      required: true
      content: {application/json: {schema: {$ref: ../schemas/orders.yaml#/PlaceRequest}}}
    responses:
      "200":
        description: It was placed.
        content: {application/json: {schema: {$ref: ../schemas/common.yaml#/Envelope}}}
"""
# `Row` and `Order` are read, `Terms` is given, `Leg` is both.
SCHEMAS = """\
Side:
  type: string
  description: A side.
  enum: [BUY, SELL]
State:
  type: integer
  description: Where it stands.
  enum: [1, 2]
  x-enum-varnames: [OPEN, DONE]
  x-enum-descriptions: [Open., Done.]
Other:
  type: object
  description: What an order may be in the future.
  x-nullable-properties: true
  required: [orderNumber]
  properties:
    orderNumber: {type: string, description: Its number.}
Row:
  type: object
  description: An order in a list.
  x-nullable-properties: true
  required: [orderNumber]
  properties:
    orderNumber: {type: string, description: Its number.}
    nick: {type: string, description: Whose., x-secret: true}
    created: {type: integer, format: epoch-ms, description: When.}
Order:
  type: object
  description: An order.
  x-nullable-properties: true
  required: [orderNumber]
  properties:
    orderNumber: {type: string, description: Its number.}
    price: {type: string, format: decimal, description: Its price.}
    side: {type: string, description: Its side.}
    state: {$ref: "#/State", description: Where it stands.}
    words: {type: array, items: {type: string}, description: Words.}
    leg: {$ref: "#/Leg", description: A part of it.}
Leg:
  type: object
  description: A part of an order.
  required: [amount]
  properties:
    amount: {type: string, format: decimal, description: How much.}
    kind: {type: string, description: Of what.}
    until: {type: integer, format: epoch-ms, description: Till when.}
Terms:
  type: object
  description: What was agreed.
  required: [days]
  properties:
    days: {type: integer, description: How long.}
    side: {$ref: "#/Side", description: Who.}
    text: {type: string, description: In words.}
ListRequest:
  type: object
  description: Which.
  additionalProperties: false
  properties:
    page: {type: integer, minimum: 1, default: 1, description: From which page.}
    rows: {type: integer, minimum: 1, maximum: 100, default: 20, description: How many.}
    side: {$ref: "#/Side", description: Which side.}
    state: {$ref: "#/State", description: In which state.}
    states: {type: array, items: {$ref: "#/State"}, maxItems: 3, description: In which states.}
    after: {type: integer, format: epoch-ms, description: From when.}
PlaceRequest:
  type: object
  description: What.
  additionalProperties: false
  required: [amount, count]
  properties:
    amount: {type: string, format: decimal, description: How much.}
    count: {type: integer, description: How often.}
    counts: {type: array, items: {type: integer}, description: How often each.}
    label: {type: string, maxLength: 10, description: A label.}
    legs: {type: array, items: {$ref: "#/Leg"}, description: Its parts.}
    terms: {$ref: "#/Terms", description: As agreed.}
"""
COMMON = """\
Envelope: &envelope
  type: object
  description: Around an answer.
  required: [code]
  properties:
    code: {type: string, description: All well.}
PagedEnvelope: *envelope
"""
FILES = {
    "c2c.yaml": ROOT_FILE,
    "paths/orders.yaml": GET + LIST + PLACE,
    "schemas/common.yaml": COMMON,
    "schemas/orders.yaml": SCHEMAS,
}

Edit = tuple[str, str]
"""What stands once in all the files, and what is to stand there."""

LISTED = "  /orders/get: {$ref: ./paths/orders.yaml#/~1orders~1get}\n"
LEFT_OUT = "those who leave it out are refused"
REFUSED = "what was given may be refused"
BEYOND = "what is beyond is refused"
ANOTHER_REQUEST = "those who leave it out ask for something else"


def within(block: str, old: str, new: str) -> Edit:
    """An edit of what stands once in `block`."""
    assert 1 == block.count(old), old
    return block, block.replace(old, new)


def write(folder: Path, *edits: Edit) -> Path:
    """The tiny description, edited."""
    files = dict(FILES)
    for old, new in edits:
        [name] = [name for name, text in files.items() if old in text]
        assert 1 == files[name].count(old), old
        files[name] = files[name].replace(old, new)
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def lines(report: object) -> list[str]:
    """What is told, without the result."""
    return str(report).splitlines()[:-1]


def result(report: object) -> str:
    """The last line."""
    return str(report).splitlines()[-1]


class Case:
    """An edit, and the lines it makes; then the lines that the way back makes."""

    def __init__(self, name: str, *edits: Edit, forth: Iterable[str], back: Iterable[str]) -> None:
        self.name, self.edits, self.forth, self.back = name, edits, [*forth], [*back]


def case(name: str, *edits: Edit, of: str, forth: str, back: str) -> Case:
    """One that makes one line below a title."""
    return Case(name, *edits, forth=[of, f"  {forth}"], back=[of, f"  {back}"])


OPERATIONS = [
    Case(
        "an operation",
        (LISTED, ""),
        (GET, ""),
        forth=[
            *("orders.get", "  - removed   breaks: the operation is gone"),
            *("model Order", "  - removed   breaks: the model is gone"),
        ],
        back=["orders.get", "  + added", "model Order", "  + added"],
    ),
    Case(
        "its name",
        ("operationId: orders.get", "operationId: orders.one"),
        forth=["orders.one", "  ~ renamed, was `orders.get`   breaks: the old name is gone"],
        back=["orders.get", "  ~ renamed, was `orders.one`   breaks: the old name is gone"],
    ),
    case(
        "path",
        (LISTED, LISTED.replace("/orders/get:", "/orders/v2/get:").replace("~1get", "~1v2~1get")),
        within(GET, "/orders/get:", "/orders/v2/get:"),
        of="orders.get",
        forth="~ path: `/orders/v2/get`, was `/orders/get`   behaviour",
        back="~ path: `/orders/get`, was `/orders/v2/get`   behaviour",
    ),
    case(
        "method",
        within(LIST, "  post:", "  put:"),
        of="orders.list",
        forth="~ HTTP method: `PUT`, was `POST`   behaviour",
        back="~ HTTP method: `POST`, was `PUT`   behaviour",
    ),
    case(
        "security",
        within(GET, "security: [{apiKey: []}]", "security: []"),
        of="orders.get",
        forth="~ security: `NONE`, was `KEY`   behaviour",
        back="~ security: `KEY`, was `NONE`   behaviour",
    ),
    Case(
        "safe to repeat",
        within(GET, "x-safe-to-repeat: true", "x-safe-to-repeat: false\n    x-outcome: Look."),
        forth=[
            "orders.get",
            "  ~ described otherwise   documentation",
            "  ~ safe to repeat: `False`, was `True`   behaviour",
        ],
        back=[
            "orders.get",
            "  ~ described otherwise   documentation",
            "  ~ safe to repeat: `True`, was `False`   behaviour",
        ],
    ),
    case(
        "weight",
        within(GET, "x-weight: 1", "x-weight: 5"),
        of="orders.get",
        forth="~ weight: `5`, was `1`   behaviour",
        back="~ weight: `1`, was `5`   behaviour",
    ),
    case(
        "paged",
        within(LIST, "    x-page: {key: orderNumber}\n", ""),
        ("#/PagedEnvelope", "#/Envelope"),
        of="orders.list",
        forth="~ gives `list[Row]`, was `Page[Row]`   breaks: it gives something else",
        back="~ gives `Page[Row]`, was `list[Row]`   breaks: it gives something else",
    ),
    case(
        "what tells rows apart",
        ("{key: orderNumber}", "{key: nick}"),
        of="orders.list",
        forth="~ what tells rows apart: `nick`, was `order_number`   behaviour",
        back="~ what tells rows apart: `order_number`, was `nick`   behaviour",
    ),
    Case(
        "the result's class",
        ("#/Order}", "#/Other}"),
        forth=[
            *("orders.get", "  ~ gives `Other`, was `Order`   breaks: it gives something else"),
            *("model Order", "  - removed   breaks: the model is gone", "model Other", "  + added"),
        ],
        back=[
            *("orders.get", "  ~ gives `Order`, was `Other`   breaks: it gives something else"),
            *("model Order", "  + added", "model Other", "  - removed   breaks: the model is gone"),
        ],
    ),
    case(
        "a result where there was none",
        within(
            PLACE,
            "{$ref: ../schemas/common.yaml#/Envelope}",
            "{allOf: [{$ref: ../schemas/common.yaml#/Envelope}, {type: object, properties: {data: {type: string, description: Its number.}}}]}",
        ),
        of="orders.place",
        forth="~ gives `str`, was `None`",
        back="~ gives `None`, was `str`   breaks: it gives something else",
    ),
    case(
        "its text",
        within(GET, "summary: One order.", "summary: An order."),
        of="orders.get",
        forth="~ described otherwise   documentation",
        back="~ described otherwise   documentation",
    ),
    case(
        "the text of a resource",
        ("description: Orders.", "description: All orders."),
        of="orders",
        forth="~ described otherwise   documentation",
        back="~ described otherwise   documentation",
    ),
]
ARGUMENTS = [
    case(
        "an optional one",
        ("    label: {type: string, maxLength: 10, description: A label.}\n", ""),
        of="orders.place",
        forth="- argument `label`   breaks: the argument is gone",
        back="+ argument `label`, optional",
    ),
    case(
        "a required one",
        ("    count: {type: integer, description: How often.}\n", ""),
        ("required: [amount, count]", "required: [amount]"),
        of="orders.place",
        forth="- argument `count`   breaks: the argument is gone",
        back=f"+ argument `count`, required   breaks: {LEFT_OUT}",
    ),
    case(
        "one in the query",
        within(
            GET, "      - {name: brief, in: query, description: Whether a part will do., schema: {type: boolean}}\n", ""
        ),
        of="orders.get",
        forth="- argument `brief`   breaks: the argument is gone",
        back="+ argument `brief`, optional",
    ),
    case(
        "required",
        ("required: [amount, count]", "required: [amount]"),
        of="orders.place",
        forth="~ argument `count`: optional, was required",
        back=f"~ argument `count`: required, was optional   breaks: {LEFT_OUT}",
    ),
    case(
        "required, or a default",
        ("required: [amount, count]", "required: [amount]"),
        ("count: {type: integer, ", "count: {type: integer, default: 1, "),
        of="orders.place",
        forth="~ argument `count`: optional, was required",
        back=f"~ argument `count`: required, was optional   breaks: {LEFT_OUT}",
    ),
    case(
        "a default",
        ("default: 20,", "default: 50,"),
        of="orders.list",
        forth=f"~ argument `rows`: default `50`, was `20`   breaks: {ANOTHER_REQUEST}",
        back=f"~ argument `rows`: default `20`, was `50`   breaks: {ANOTHER_REQUEST}",
    ),
    case(
        "a default where there was none",
        ("label: {type: string, ", "label: {type: string, default: mine, "),
        of="orders.place",
        forth=f"~ argument `label`: default `mine`, was none   breaks: {ANOTHER_REQUEST}",
        back=f"~ argument `label`: default none, was `mine`   breaks: {ANOTHER_REQUEST}",
    ),
    Case(
        "its name",
        ("label: {type: string, ", "label: {x-python-name: mark, type: string, "),
        forth=["orders.place", "  ~ argument `mark`: renamed, was `label`   breaks: the old name is gone"],
        back=["orders.place", "  ~ argument `label`: renamed, was `mark`   breaks: the old name is gone"],
    ),
    case(
        "its name on the wire",
        ("label: {type: string, ", "tag: {x-python-name: label, type: string, "),
        of="orders.place",
        forth="~ argument `label`: name on the wire: `tag`, was `label`   behaviour",
        back="~ argument `label`: name on the wire: `label`, was `tag`   behaviour",
    ),
    Case(
        "two that change names, which on the wire keep theirs",
        ("amount: {type: string, format: decimal, description: How much.}\n    count: {type: integer, ",)
        and ("count: {type: integer, ", "count: {x-python-name: label, type: integer, "),
        ("label: {type: string, ", "label: {x-python-name: count, type: string, "),
        forth=[
            "orders.place",
            "  ~ argument `count`: renamed, was `label`   breaks: the old name is gone",
            "  ~ argument `label`: renamed, was `count`   breaks: the old name is gone",
        ],
        back=[
            "orders.place",
            "  ~ argument `count`: renamed, was `label`   breaks: the old name is gone",
            "  ~ argument `label`: renamed, was `count`   breaks: the old name is gone",
        ],
    ),
    case(
        "an integer where any money will do",
        ("count: {type: integer, ", "count: {type: string, format: decimal, "),
        of="orders.place",
        forth="~ argument `count`: `Money`, was `int`",
        back=f"~ argument `count`: `int`, was `Money`   breaks: {REFUSED}",
    ),
    case(
        "integers where any money will do",
        ("items: {type: integer}", "items: {type: string, format: decimal}"),
        of="orders.place",
        forth="~ argument `counts`: `Sequence[Money]`, was `Sequence[int]`",
        back=f"~ argument `counts`: `Sequence[int]`, was `Sequence[Money]`   breaks: {REFUSED}",
    ),
    case(
        "one where many are wanted",
        ("count: {type: integer, ", "count: {type: array, items: {type: integer}, "),
        of="orders.place",
        forth=f"~ argument `count`: `Sequence[int]`, was `int`   breaks: {REFUSED}",
        back=f"~ argument `count`: `int`, was `Sequence[int]`   breaks: {REFUSED}",
    ),
    case(
        "money where any text will do",
        within(SCHEMAS[SCHEMAS.index("PlaceRequest") :], "string, format: decimal", "string"),
        of="orders.place",
        forth=f"~ argument `amount`: `str`, was `Money`   breaks: {REFUSED}",
        back=f"~ argument `amount`: `Money`, was `str`   breaks: {REFUSED}",
    ),
    case(
        "a word where any text will do",
        ('side: {$ref: "#/Side", description: Which side.}', "side: {type: string, description: Which side.}"),
        of="orders.list",
        forth="~ argument `side`: `str`, was `SideValue`",
        back=f"~ argument `side`: `SideValue`, was `str`   breaks: {REFUSED}",
    ),
    case(
        "a listed number where any will do",
        (
            'state: {$ref: "#/State", description: In which state.}',
            "state: {type: integer, description: In which state.}",
        ),
        of="orders.list",
        forth="~ argument `state`: `int`, was `StateValue`",
        back=f"~ argument `state`: `StateValue`, was `int`   breaks: {REFUSED}",
    ),
    case(
        "a word of another set",
        ('side: {$ref: "#/Side", description: Which side.}', 'side: {$ref: "#/State", description: Which side.}'),
        of="orders.list",
        forth=f"~ argument `side`: `StateValue`, was `SideValue`   breaks: {REFUSED}",
        back=f"~ argument `side`: `SideValue`, was `StateValue`   breaks: {REFUSED}",
    ),
    case(
        "how a time is written",
        within(SCHEMAS[SCHEMAS.index("ListRequest") :], "integer, format: epoch-ms", "string, format: date-time"),
        of="orders.list",
        forth="~ argument `after`: another kind of time on the wire   behaviour",
        back="~ argument `after`: another kind of time on the wire   behaviour",
    ),
    case(
        "a maximum",
        ("maximum: 100", "maximum: 50"),
        of="orders.list",
        forth=f"~ argument `rows`: at most 50, was 100   breaks: {BEYOND}",
        back="~ argument `rows`: at most 100, was 50",
    ),
    case(
        "a maximum where there was none",
        ("maximum: 100, ", ""),
        of="orders.list",
        forth="~ argument `rows`: no longer at most 100",
        back=f"~ argument `rows`: at most 100, was not limited   breaks: {BEYOND}",
    ),
    case(
        "a minimum",
        ("page: {type: integer, minimum: 1", "page: {type: integer, minimum: 0"),
        of="orders.list",
        forth="~ argument `page`: at least 0, was 1",
        back=f"~ argument `page`: at least 1, was 0   breaks: {BEYOND}",
    ),
    case(
        "a minimum where there was none",
        ("page: {type: integer, minimum: 1, ", "page: {type: integer, "),
        of="orders.list",
        forth="~ argument `page`: no longer at least 1",
        back=f"~ argument `page`: at least 1, was not limited   breaks: {BEYOND}",
    ),
    case(
        "a length",
        ("maxLength: 10", "minLength: 2, maxLength: 10"),
        of="orders.place",
        forth=f"~ argument `label`: at least 2 characters, was not limited   breaks: {BEYOND}",
        back="~ argument `label`: no longer at least 2 characters",
    ),
    case(
        "how many items",
        ("maxItems: 3", "maxItems: 5"),
        of="orders.list",
        forth="~ argument `states`: at most 5 items, was 3",
        back=f"~ argument `states`: at most 3 items, was 5   breaks: {BEYOND}",
    ),
    Case("to be at least empty", ("maxLength: 10", "minLength: 0, maxLength: 10"), forth=[], back=[]),
    case(
        "secret",
        ("label: {type: string, ", "label: {x-secret: true, type: string, "),
        of="orders.place",
        forth="~ argument `label`: secret: `True`, was `False`   behaviour",
        back="~ argument `label`: secret: `False`, was `True`   behaviour",
    ),
    case(
        "its text",
        ("description: A label.", "description: Its label."),
        of="orders.place",
        forth="~ argument `label`: described otherwise   documentation",
        back="~ argument `label`: described otherwise   documentation",
    ),
]
MODELS = [
    case(
        "an optional field",
        ("    nick: {type: string, description: Whose., x-secret: true}\n", ""),
        of="model Row",
        forth="- field `nick`   breaks: the field is gone",
        back="+ field `nick`, optional",
    ),
    case(
        "a required field that is read",
        (
            "An order in a list.\n  x-nullable-properties: true\n  required: [orderNumber]",
            "An order in a list.\n  x-nullable-properties: true\n  required: [orderNumber, id]",
        ),
        ("    nick: {type: string, ", "    id: {type: string, description: Its id.}\n    nick: {type: string, "),
        of="model Row",
        forth="+ field `id`, required",
        back="- field `id`   breaks: the field is gone",
    ),
    case(
        "a required field that is given",
        ("    text: {type: string, ", "    id: {type: string, description: Its id.}\n    text: {type: string, "),
        ("required: [days]", "required: [days, id]"),
        of="model Terms",
        forth=f"+ field `id`, required   breaks: {LEFT_OUT}",
        back="- field `id`   breaks: the field is gone",
    ),
    Case(
        "its name",
        ("nick: {", "nick: {x-python-name: nick_name, "),
        forth=["model Row", "  ~ field `nick_name`: renamed, was `nick`   breaks: the old name is gone"],
        back=["model Row", "  ~ field `nick`: renamed, was `nick_name`   breaks: the old name is gone"],
    ),
    case(
        "its name on the wire",
        ("nick: {", "nickName: {x-python-name: nick, "),
        of="model Row",
        forth="~ field `nick`: name on the wire: `nickName`, was `nick`   behaviour",
        back="~ field `nick`: name on the wire: `nick`, was `nickName`   behaviour",
    ),
    case(
        "required, where it is read",
        (
            "An order in a list.\n  x-nullable-properties: true\n  required: [orderNumber]",
            "An order in a list.\n  x-nullable-properties: true\n  required: [orderNumber, nick]",
        ),
        of="model Row",
        forth="~ field `nick`: required, was optional",
        back="~ field `nick`: optional, was required   breaks: it may be None",
    ),
    case(
        "required, where it is given",
        ("required: [days]", "required: [days, text]"),
        of="model Terms",
        forth=f"~ field `text`: required, was optional   breaks: {LEFT_OUT}",
        back="~ field `text`: optional, was required",
    ),
    case(
        "required, where it is both",
        ("required: [amount]\n", "required: [amount, kind]\n"),
        of="model Leg",
        forth=f"~ field `kind`: required, was optional   breaks: {LEFT_OUT}",
        back="~ field `kind`: optional, was required   breaks: it may be None",
    ),
    case(
        "a set of words, where it is read",
        ("side: {type: string, description: Its side.}", 'side: {$ref: "#/Side", description: Its side.}'),
        of="model Order",
        forth="~ field `side`: `Side`, was `str`",
        back="~ field `side`: `str`, was `Side`   breaks: what is read is something else",
    ),
    case(
        "a set of words, where it is given",
        ('side: {$ref: "#/Side", description: Who.}', "side: {type: string, description: Who.}"),
        of="model Terms",
        forth="~ field `side`: `str`, was `Side`",
        back=f"~ field `side`: `Side`, was `str`   breaks: {REFUSED}",
    ),
    case(
        "a set of words, where it is both",
        ("kind: {type: string, description: Of what.}", 'kind: {$ref: "#/Side", description: Of what.}'),
        of="model Leg",
        forth=f"~ field `kind`: `Side`, was `str`   breaks: {REFUSED}",
        back="~ field `kind`: `str`, was `Side`   breaks: what is read is something else",
    ),
    case(
        "a set of words in a list, which is of one type exactly",
        ("words: {type: array, items: {type: string}", 'words: {type: array, items: {$ref: "#/Side"}'),
        of="model Order",
        forth="~ field `words`: `list[Side]`, was `list[str]`   breaks: what is read is something else",
        back="~ field `words`: `list[str]`, was `list[Side]`   breaks: what is read is something else",
    ),
    case(
        "an integer that becomes money",
        ("days: {type: integer, ", "days: {type: string, format: decimal, "),
        of="model Terms",
        forth=f"~ field `days`: `Decimal`, was `int`   breaks: {REFUSED}",
        back=f"~ field `days`: `int`, was `Decimal`   breaks: {REFUSED}",
    ),
    case(
        "how a time is written",
        ("created: {type: integer, format: epoch-ms", "created: {type: string, format: date-time"),
        of="model Row",
        forth="~ field `created`: another kind of time on the wire   behaviour",
        back="~ field `created`: another kind of time on the wire   behaviour",
    ),
    case(
        "secret",
        (", x-secret: true", ""),
        of="model Row",
        forth="~ field `nick`: secret: `False`, was `True`   behaviour",
        back="~ field `nick`: secret: `True`, was `False`   behaviour",
    ),
    case(
        "its text",
        ("description: Whose.", "description: Whose name."),
        of="model Row",
        forth="~ field `nick`: described otherwise   documentation",
        back="~ field `nick`: described otherwise   documentation",
    ),
    case(
        "the text of a model",
        ("description: An order in a list.", "description: A row."),
        of="model Row",
        forth="~ described otherwise   documentation",
        back="~ described otherwise   documentation",
    ),
]
ENUMS = [
    Case(
        "an enum",
        ("Other:\n", "Another:\n  type: string\n  description: Words.\n  enum: [A]\nOther:\n"),
        forth=["enum Another", "  + added"],
        back=["enum Another", "  - removed   breaks: the enum is gone"],
    ),
    case(
        "a member",
        ("enum: [BUY, SELL]", "enum: [BUY]"),
        of="enum Side",
        forth="- member `SELL`   breaks: the name is gone; given as an argument, the value is refused",
        back="+ member `SELL`",
    ),
    Case(
        "its name",
        ("[OPEN, DONE]", "[OPEN, CLOSED]"),
        forth=["enum State", "  ~ member `CLOSED`: renamed, was `DONE`   breaks: the old name is gone"],
        back=["enum State", "  ~ member `DONE`: renamed, was `CLOSED`   breaks: the old name is gone"],
    ),
    case(
        "its value",
        ("enum: [1, 2]", "enum: [1, 3]"),
        of="enum State",
        forth="~ member `DONE`: value `3`, was `2`   breaks: the old value is refused",
        back="~ member `DONE`: value `2`, was `3`   breaks: the old value is refused",
    ),
    case(
        "its text",
        ("[Open., Done.]", "[Open., All done.]"),
        of="enum State",
        forth="~ member `DONE`: described otherwise   documentation",
        back="~ member `DONE`: described otherwise   documentation",
    ),
    case(
        "the text of an enum",
        ("description: A side.", "description: Which side."),
        of="enum Side",
        forth="~ described otherwise   documentation",
        back="~ described otherwise   documentation",
    ),
]
CASES = {
    f"{kind}: {one.name}": one
    for kind, cases in (("operation", OPERATIONS), ("argument", ARGUMENTS), ("model", MODELS), ("enum", ENUMS))
    for one in cases
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Shape:
    """The surface of the description without an edit."""
    return surface.current(write(tmp_path_factory.mktemp("tiny")))


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_told_for_what_it_is_to_callers(tiny: Shape, tmp_path: Path, name: str):
    """One change makes one line, which says whether it breaks callers; the way back is judged by itself."""
    one = CASES[name]
    edited = surface.current(write(tmp_path, *one.edits))

    assert one.forth == lines(compare(tiny, edited))
    assert one.back == lines(compare(edited, tiny))
