"""What `python -m generator --diff` calls a break, an addition or neither, and what it compares with."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from generator import bundle, parse, surface
from generator.__main__ import main
from generator.diff import compare
from generator.shape import Field, Kind, Type
from generator.source import Source
from generator.surface import Surface

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
  required: [orderNumber, id]
  properties:
    orderNumber: {type: string, description: Its number.}
    id: {type: string, description: Its other number.}
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
ERRORS = """\
categories: {clock: Another time., unknown: Not known.}
texts:
  - {contains: too late, category: clock, evidence: clients}
codes:
  "-1021": {name: CLOCK, category: clock, meaning: Too late., advice: Look., evidence: official}
  "-1022": {name: SIGNED, category: unknown, meaning: Not signed., advice: Sign., evidence: official}
"""
FILES = {
    "c2c.yaml": ROOT_FILE,
    "errors.yaml": ERRORS,
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
        ("{key: orderNumber}", "{key: id}"),
        of="orders.list",
        forth="~ what tells rows apart: `id`, was `order_number`   behaviour",
        back="~ what tells rows apart: `order_number`, was `id`   behaviour",
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
            "{allOf: [{$ref: ../schemas/common.yaml#/Envelope},"
            " {type: object, properties: {data: {type: string, description: Its number.}}}]}",
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
        ("count: {type: integer, ", "count: {x-python-name: label, type: integer, "),
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
        ("[orderNumber, id]", "[orderNumber, id, mark]"),
        ("    nick: {type: string, ", "    mark: {type: string, description: Its mark.}\n    nick: {type: string, "),
        of="model Row",
        forth="+ field `mark`, required",
        back="- field `mark`   breaks: the field is gone",
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
        ("[orderNumber, id]", "[orderNumber, id, nick]"),
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
        forth="- member `SELL`   breaks: the name is gone, and as an argument the value is refused",
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
REFUSALS = [
    case(
        "a code",
        ('  "-1022": {name: SIGNED, category: unknown, meaning: Not signed., advice: Sign., evidence: official}\n', ""),
        of="error -1022",
        forth="- removed   breaks: the code is gone",
        back="+ added",
    ),
    Case(
        "what a code is",
        ("{name: CLOCK, category: clock", "{name: LATE, category: unknown"),
        forth=[
            *("error -1021", "  ~ category: `unknown`, was `clock`   behaviour"),
            "  ~ name: `LATE`, was `CLOCK`   behaviour",
        ],
        back=[
            *("error -1021", "  ~ category: `clock`, was `unknown`   behaviour"),
            "  ~ name: `CLOCK`, was `LATE`   behaviour",
        ],
    ),
    case(
        "its text",
        ("advice: Sign.", "advice: Sign it."),
        of="error -1022",
        forth="~ described otherwise   documentation",
        back="~ described otherwise   documentation",
    ),
    case(
        "a category",
        ("unknown: Not known.}", "unknown: Not known., ban: Wait.}"),
        of="enum ErrorCategory",
        forth="+ member `BAN`",
        back="- member `BAN`   breaks: the name is gone, and as an argument the value is refused",
    ),
    case(
        "words",
        ("contains: too late", "contains: late"),
        of="errors without a code",
        forth="~ told by other words   behaviour",
        back="~ told by other words   behaviour",
    ),
]
CASES = {
    f"{kind}: {one.name}": one
    for kind, cases in (
        *(("operation", OPERATIONS), ("argument", ARGUMENTS), ("model", MODELS)),
        *(("enum", ENUMS), ("error", REFUSALS)),
    )
    for one in cases
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Surface:
    """The surface of the description without an edit."""
    return surface.current(write(tmp_path_factory.mktemp("tiny")))


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_told_for_what_it_is_to_callers(tiny: Surface, tmp_path: Path, name: str):
    """One change makes one line, which says whether it breaks callers; the way back is judged by itself."""
    one = CASES[name]
    edited = surface.current(write(tmp_path, *one.edits))

    assert one.forth == lines(compare(tiny, edited))
    assert one.back == lines(compare(edited, tiny))


NOT_MET = {
    *("Shape.title", "Tag.file", "Model.file", "Enum.file"),
    # Parts of an operation's id, or made from another name: those are told.
    *("Operation.tag", "Operation.method_name", "Tag.name", "Tag.class_name", "Model.module"),
    # A request's schema becomes arguments, and a model is sent as a whole.
    *("Operation.body_schema", "Model.fields.in_query"),
}
"""What of the shape no caller meets by itself."""
NAMES_OF_MODELS = {"Shape.models", "Model.name"}
"""What cannot be changed in one place alone."""


def variations(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """`value` with one thing changed, for each thing in it; and what that is."""
    for attribute in dataclasses.fields(value):
        place = f"{name}.{attribute.name}"
        for what, other in others(getattr(value, attribute.name), place):
            yield what, dataclasses.replace(value, **{attribute.name: other})


def others(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    match value:
        case bool():
            yield place, not value
        case int():
            yield place, value + 1
        case str():
            yield place, f"{value}x"
        case None:
            yield place, Type(Kind.FLAG) if place.endswith(".result") else 5
        case Type():
            yield place, Type(Kind.LIST, item=Type(Kind.FLAG))
        case tuple():
            yield place, value[1:] if value else (("maximum", 1),)
            for index, item in enumerate(value):
                if dataclasses.is_dataclass(item):
                    name = place if isinstance(item, Field) else type(item).__name__
                    for what, other in variations(item, name):
                        yield what, (*value[:index], other, *value[index + 1 :])
        case _:
            yield from variations(value, type(value).__name__)


def test_nothing_that_callers_meet_is_forgotten(tmp_path: Path):
    """Whatever else is changed in the shape makes a line; what makes none is listed above, with the reason."""
    source = Source(write(tmp_path))
    shape = parse.parse(source, bundle.bundle(source))
    tried: set[str] = set()
    told: set[str] = set()
    for what, other in variations(shape, "Shape"):
        tried.add(what)
        if what in NAMES_OF_MODELS or compare(Surface.of(shape), Surface.of(other)).groups:
            told.add(what)

    assert tried >= NOT_MET | NAMES_OF_MODELS
    assert NOT_MET == tried - told


def test_what_is_the_same_is_silent(tiny: Surface, tmp_path: Path):
    """Where things stand in the files is nobody's business but ours."""
    label = "    label: {type: string, maxLength: 10, description: A label.}\n"
    within_label = (f"{label}    legs:", "    legs:"), ("    terms: {$ref", f"{label}    terms: {{$ref")
    edits = [(GET + LIST + PLACE, PLACE + LIST + GET), *within_label]
    edited = surface.current(write(tmp_path, *edits))

    assert "Result: nothing changed -> none" == str(compare(tiny, edited))


def test_the_report_has_an_order(tiny: Surface, tmp_path: Path):
    """Operations come first, then models, enums and errors; each by name, and so do the lines below a name."""
    edits = [
        ("advice: Sign.", "advice: Sign it."),
        ("enum: [BUY, SELL]", "enum: [HOLD, SELL]"),
        ("    nick: {type: string, description: Whose., x-secret: true}\n", ""),
        ("created: {", "born: {"),
        ("maximum: 100, default: 20", "maximum: 50, default: 10"),
        within(GET, "x-weight: 1", "x-weight: 5"),
        ("description: Orders.", "description: All orders."),
    ]
    edited = surface.current(write(tmp_path, *edits))

    assert [
        *("orders", "  ~ described otherwise   documentation"),
        *("orders.get", "  ~ weight: `5`, was `1`   behaviour"),
        "orders.list",
        f"  ~ argument `rows`: at most 50, was 100   breaks: {BEYOND}",
        f"  ~ argument `rows`: default `10`, was `20`   breaks: {ANOTHER_REQUEST}",
        "model Row",
        "  + field `born`, optional",
        "  - field `created`   breaks: the field is gone",
        "  - field `nick`   breaks: the field is gone",
        "enum Side",
        "  - member `BUY`   breaks: the name is gone, and as an argument the value is refused",
        "  + member `HOLD`",
        *("error -1022", "  ~ described otherwise   documentation"),
    ] == lines(compare(tiny, edited))


NEW_FIELD = ("    nick: {type: string, ", "    mark: {type: string, description: Its mark.}\n    nick: {type: string, ")
WEIGHT = within(GET, "x-weight: 1", "x-weight: 5")
TEXT = ("description: Whose.", "description: Whose name.")
SMALLER = ("maximum: 100", "maximum: 50")


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], "nothing changed -> none"),
        ([TEXT], "1 change of documentation -> patch"),
        ([WEIGHT], "1 change of behaviour -> patch"),
        ([WEIGHT, TEXT], "1 change of behaviour, 1 change of documentation -> patch"),
        ([NEW_FIELD, WEIGHT], "1 addition, 1 change of behaviour -> minor"),
        ([NEW_FIELD, SMALLER], "1 break, 1 addition -> major (0.x: minor)"),
        ([SMALLER, ("maxLength: 10", "maxLength: 9")], "2 breaks -> major (0.x: minor)"),
    ],
)
def test_the_worst_change_decides_the_version_step(tiny: Surface, tmp_path: Path, edits: list[Edit], expected: str):
    """Major for a break, and what 0.x makes of it; minor for an addition; patch for the rest."""
    assert f"Result: {expected}" == result(compare(tiny, surface.current(write(tmp_path, *edits))))


def git(folder: Path, *arguments: str) -> str:
    """What git says, in a repository that knows nothing of the person's settings."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The description as a folder of a repository, all of it committed."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    git(tmp_path, "init", "--quiet")
    folder = write(tmp_path / "api")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Start")
    return folder


def diff(revision: str, description: Path) -> int:
    return main(["--diff", revision, "--description", str(description)])


@pytest.mark.parametrize(
    ("edits", "status", "last"),
    [
        ([], 0, "Result: nothing changed -> none\n"),
        ([TEXT], 0, "Result: 1 change of documentation -> patch\n"),
        ([NEW_FIELD], 0, "Result: 1 addition -> minor\n"),
        ([SMALLER], 3, "Result: 1 break -> major (0.x: minor)\n"),
    ],
)
def test_only_a_break_fails(
    description: Path, capsys: pytest.CaptureFixture[str], edits: list[Edit], status: int, last: str
):
    """The status is 3 where a caller breaks and 0 where none does; the report is printed either way."""
    write(description, *edits)

    assert status == diff("HEAD", description)
    assert capsys.readouterr().out.endswith(last)


def test_any_name_of_a_revision_will_do(description: Path, capsys: pytest.CaptureFixture[str]):
    """A tag, a branch, an ancestor: whatever git understands."""
    git(description, "tag", "v1")
    write(description, SMALLER)
    git(description, "commit", "--quiet", "--all", "--message", "Less")

    assert 0 == diff("HEAD", description)
    assert [3, 3, 3] == [
        diff(name, description) for name in ("v1", "HEAD~1", git(description, "rev-parse", "v1").strip())
    ]
    assert 3 == capsys.readouterr().out.count("at most 50, was 100")


def test_another_folder_will_do(description: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Instead of a revision, a folder with a description is compared with, whether or not it is in a repository."""
    other = write(tmp_path / "other", SMALLER)

    assert 0 == diff(str(other), description)
    assert "at most 100, was 50" in capsys.readouterr().out


def test_nothing_is_touched(description: Path, tmp_path: Path):
    """Working tree, index and branch are what they were, what is not committed included."""
    write(description, SMALLER)
    git(description, "add", ".")
    write(description, TEXT)

    def everything() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = everything()
    diff("HEAD", description)

    assert before == everything()


def test_a_hook_may_ask(description: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The repository is the one the description lies in, whichever git set its variables for."""
    git(tmp_path, "init", "--quiet", "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere/.git"))

    assert 0 == diff("HEAD", description)


def test_an_unknown_revision_is_named(description: Path, capsys: pytest.CaptureFixture[str]):
    """A revision that git does not know is at fault: status 2, and nothing is reported."""
    assert 2 == diff("v9", description)

    told = capsys.readouterr()
    assert "" == told.out
    assert told.err.startswith("v9: neither a revision that git knows here nor a folder with a c2c.yaml")


def test_a_revision_is_no_option(description: Path, capsys: pytest.CaptureFixture[str]):
    """What begins with a dash is a name to git, and an unknown one."""
    assert 2 == main(["--diff=--all", "--description", str(description)])
    assert capsys.readouterr().err.startswith("--all: neither a revision")


def test_a_revision_needs_a_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Outside of a repository the message says what git says."""
    assert 2 == diff("HEAD", write(tmp_path))
    assert "not a git repository" in capsys.readouterr().err


def test_a_revision_needs_git(description: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Without git the message asks for it."""
    monkeypatch.setenv("PATH", "")

    assert 2 == diff("HEAD", description)
    assert "git is needed to read a revision, and there is none\n" == capsys.readouterr().err


def test_a_revision_without_a_description_is_named(
    description: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """What was not there yet cannot be compared with."""
    moved = description.rename(tmp_path / "openapi")

    assert 2 == diff("HEAD", moved)
    assert capsys.readouterr().err.startswith("HEAD: has no openapi/")


def test_an_older_description_need_not_pass_the_lint(description: Path, capsys: pytest.CaptureFixture[str]):
    """What kept the rules of its day is compared, as far as it can be read."""
    write(description, ("label: {type: string", "label: {x-unheard-of: 1, type: string"))
    git(description, "commit", "--quiet", "--all", "--message", "Odd")
    write(description, SMALLER)

    assert 3 == diff("HEAD", description)
    assert "at most 50, was 100" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("edit", "finding"),
    [
        (("openapi: 3.1.0", "openapi: ["), "HEAD:api/c2c.yaml:3: "),
        (("#/Order}", "#/Nothing}"), "HEAD:api/paths/orders.yaml:"),
        (within(GET, "    x-weight: 1\n", ""), "HEAD:api/paths/orders.yaml:2: orders.get: x-weight"),
    ],
)
def test_an_older_description_that_cannot_be_read_is_named(
    description: Path, capsys: pytest.CaptureFixture[str], edit: Edit, finding: str
):
    """The message names revision, file and line; what trips the parser is told as the lint tells it."""
    write(description, edit)
    git(description, "commit", "--quiet", "--all", "--message", "Broken")
    write(description)

    assert 2 == diff("HEAD", description)
    assert capsys.readouterr().err.startswith(finding)


def test_the_newer_description_has_to_pass_the_lint(description: Path, capsys: pytest.CaptureFixture[str]):
    """The working tree is held to today's rules, and each finding names its file and line."""
    write(description, ("label: {type: string", "label: {x-unheard-of: 1, type: string"))

    assert 2 == diff("HEAD", description)
    assert capsys.readouterr().err.startswith("api/schemas/orders.yaml:")


def test_a_fault_of_ours_is_not_the_descriptions(description: Path, monkeypatch: pytest.MonkeyPatch):
    """Where the lint has nothing to say, what went wrong comes through as itself."""
    monkeypatch.setattr(parse, "parse", lambda *_: [].pop())

    with pytest.raises(IndexError):
        surface.earlier("HEAD", description)


def test_one_thing_at_a_time(capsys: pytest.CaptureFixture[str]):
    """`--check` and `--diff` are two questions."""
    with pytest.raises(SystemExit) as stopped:
        main(["--check", "--diff", "HEAD"])

    assert 2 == stopped.value.code
    assert "not allowed with" in capsys.readouterr().err


def test_the_projects_own_description_can_be_compared():
    """`python -m generator --diff` with the folder itself finds no change in it."""
    here = Path(__file__).parents[1] / "openapi"
    command = [sys.executable, "-m", "generator", "--diff", str(here)]
    told = subprocess.run(command, cwd=here.parent, capture_output=True, text=True, check=False)

    assert (0, "Result: nothing changed -> none\n") == (told.returncode, told.stdout)
