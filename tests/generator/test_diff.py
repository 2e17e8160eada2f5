"""What `python -m generator --diff` calls a break, an addition or neither, and what it compares with."""

import dataclasses
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import pytest

from generator.__main__ import main
from generator.description import Source, bundle
from generator.diff import Report, Surface, compare, surface
from generator.shape import Field, Group, Kind, Type, parse

ROOT_FILE = """\
openapi: 3.1.0
info: {title: A tiny API, version: "1"}
servers: [{url: "https://api.example.com"}]
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
      - name: orderNumber
        in: query
        required: true
        description: Which.
        schema: {type: string, minLength: 1, maxLength: 20}
      - {name: brief, in: query, description: Whether a part will do., schema: {type: boolean}}
    responses:
      "200":
        description: The order.
        content:
          application/json:
            example: {code: '000000', data: {orderNo: '1'}}
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
            example: {code: '000000', data: [{orderNo: '1'}]}
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
        content: {application/json: {schema: {$ref: ../schemas/common.yaml#/Envelope}, example: {code: '000000'}}}
"""
# `Row` and `Order` are read, `TermsRequest` is given, `LegRequest` is both.
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
  x-groups: {over: {description: it ended, members: [2]}}
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
    leg: {$ref: "#/LegRequest", description: A part of it.}
LegRequest:
  type: object
  description: A part of an order.
  additionalProperties: false
  required: [amount]
  properties:
    amount: {type: string, format: decimal, description: How much., x-unlimited: Any.}
    kind: {type: string, description: Of what., x-unlimited: Any.}
    until: {type: integer, format: epoch-ms, description: Till when.}
TermsRequest:
  type: object
  description: What was agreed.
  additionalProperties: false
  required: [days]
  properties:
    days: {type: integer, description: How long., x-unlimited: Any.}
    side: {$ref: "#/Side", description: Who.}
    text: {type: string, description: In words., x-unlimited: Any.}
ListRequest:
  type: object
  description: Which.
  additionalProperties: false
  properties:
    page: {type: integer, minimum: 1, default: 1, description: From which page.}
    rows: {type: integer, minimum: 1, maximum: 100, default: 20, description: How many.}
    side: {$ref: "#/Side", description: Which side.}
    state: {$ref: "#/State", description: In which state.}
    states: {type: array, items: {$ref: "#/State"}, minItems: 1, maxItems: 3, description: In which states.}
    after: {type: integer, format: epoch-ms, description: From when.}
PlaceRequest:
  type: object
  description: What.
  additionalProperties: false
  required: [amount, count]
  properties:
    amount: {type: string, format: decimal, description: How much., x-unlimited: Any.}
    count: {type: integer, description: How often., x-unlimited: Any.}
    counts: {type: array, items: {type: integer, minimum: 1}, minItems: 1, description: How often each.}
    label: {type: string, maxLength: 10, pattern: '^[a-z]*$', description: A label.}
    legs: {type: array, items: {$ref: "#/LegRequest"}, minItems: 1, description: Its parts.}
    terms: {$ref: "#/TermsRequest", description: As agreed.}
"""
COMMON = """\
Envelope:
  type: object
  description: Around an answer.
  required: [code]
  properties:
    code: {type: string, description: All well.}
PagedEnvelope:
  type: object
  description: Around an answer.
  required: [code]
  properties:
    code: {type: string, description: All well.}
"""
ERRORS = """\
categories: {clock: Another time., unknown: Not known.}
texts:
  - {contains: too late, category: clock, evidence: clients}
codes:
  "-1021": {name: CLOCK, category: clock, meaning: Too late., advice: Look., evidence: official}
  "-1022": {name: SIGNED, category: unknown, meaning: Not signed., advice: Sign., evidence: official}
"""
FRAMES = """\
asyncapi: 3.0.0
info: {title: A tiny chat, version: "1"}
channels:
  chat:
    messages:
      hello:
        name: hello
        summary: A greeting.
        x-source: V1
        x-evidence: clients
        payload: {$ref: ./schemas/frames.yaml#/Said}
        x-content:
          "*": {$ref: ./schemas/frames.yaml#/Inner}
      bye:
        name: bye
        summary: An end.
        x-source: V1
        x-evidence: clients
        payload: {$ref: ./schemas/frames.yaml#/Said}
        x-content: {"*": {$ref: ./schemas/frames.yaml#/Inner}}
operations:
  receive:
    action: receive
    channel: {$ref: '#/channels/chat'}
    messages:
      - {$ref: '#/channels/chat/messages/bye'}
      - {$ref: '#/channels/chat/messages/hello'}
"""
SAID = """\
Talk: {type: string, description: What it is., enum: [hello, bye]}
Said:
  type: object
  description: What was said.
  x-nullable-properties: true
  properties:
    type: {$ref: "#/Talk", description: What.}
    words: {type: string, description: The words., x-also: [Words]}
Inner:
  type: object
  description: What is within.
  x-nullable-properties: true
  properties:
    way: {type: string, description: How.}
"""
FILES = {
    "asyncapi.yaml": FRAMES,
    "c2c.yaml": ROOT_FILE,
    "errors.yaml": ERRORS,
    "paths/orders.yaml": GET + LIST + PLACE,
    "schemas/common.yaml": COMMON,
    "schemas/frames.yaml": SAID,
    "schemas/orders.yaml": SCHEMAS,
}

T = TypeVar("T")
Edit = tuple[str, str]
"""What stands once in all the files, and what is to stand there."""

LISTED = "  /orders/get: {$ref: ./paths/orders.yaml#/~1orders~1get}\n"
LEFT_OUT = "callers who leave it out are refused"
REFUSED = "values that were accepted may be refused"
BEYOND = "values beyond it are refused"
ANOTHER_REQUEST = "callers who leave it out ask for something else"


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


def told(report: Report) -> list[str]:
    """What is told, each line with its title."""
    return [f"{title} {change}" for title, changes in report.groups for change in changes]


def listed(value: T | list[T]) -> list[T]:
    return value if isinstance(value, list) else [value]


JUDGED: list[tuple[Edit | list[Edit], str | list[str], str | list[str]]] = [
    (
        [(LISTED, ""), (GET, "")],
        ["orders.get - removed   breaks: the operation is gone", "model Order - removed   breaks: the model is gone"],
        ["orders.get + added", "model Order + added"],
    ),
    (
        ("operationId: orders.get", "operationId: orders.one"),
        "orders.one ~ renamed, was `orders.get`   breaks: the old name is gone",
        "orders.get ~ renamed, was `orders.one`   breaks: the old name is gone",
    ),
    (
        [
            (LISTED, LISTED.replace("/orders/get:", "/orders/v2/get:").replace("~1get", "~1v2~1get")),
            within(GET, "/orders/get:", "/orders/v2/get:"),
        ],
        "orders.get ~ path: `/orders/v2/get`, was `/orders/get`   behaviour",
        "orders.get ~ path: `/orders/get`, was `/orders/v2/get`   behaviour",
    ),
    (
        within(GET, "x-safe-to-repeat: true", "x-safe-to-repeat: false\n    x-outcome: Look."),
        [
            "orders.get ~ described otherwise   documentation",
            "orders.get ~ safe to repeat: `False`, was `True`   behaviour",
        ],
        [
            "orders.get ~ described otherwise   documentation",
            "orders.get ~ safe to repeat: `True`, was `False`   behaviour",
        ],
    ),
    (
        within(
            LIST,
            "{key: orderNumber}",
            "{key: orderNumber, periods: {start: after, end: after, days: 9, months: 2, time: created, sides: side}}",
        ),
        "orders.list ~ periods of its walk: `9 days of 2 months, after-after, side by created`, was none   behaviour",
        "orders.list ~ periods of its walk: none, was `9 days of 2 months, after-after, side by created`   behaviour",
    ),
    (
        [within(LIST, "    x-page: {key: orderNumber}\n", ""), ("#/PagedEnvelope", "#/Envelope")],
        "orders.list ~ gives `list[Row]`, was `Page[Row]`   breaks: it gives something else",
        "orders.list ~ gives `Page[Row]`, was `list[Row]`   breaks: it gives something else",
    ),
    (
        ("#/Order}", "#/Other}"),
        [
            "orders.get ~ gives `Other`, was `Order`   breaks: it gives something else",
            "model Order - removed   breaks: the model is gone",
            "model Other + added",
        ],
        [
            "orders.get ~ gives `Order`, was `Other`   breaks: it gives something else",
            "model Order + added",
            "model Other - removed   breaks: the model is gone",
        ],
    ),
    (
        within(
            PLACE,
            "{$ref: ../schemas/common.yaml#/Envelope}",
            "{allOf: [{$ref: ../schemas/common.yaml#/Envelope},"
            " {type: object, properties: {data: {type: string, description: Its number.}}}]}",
        ),
        "orders.place ~ gives `str`, was `None`",
        "orders.place ~ gives `None`, was `str`   breaks: it gives something else",
    ),
    (
        ("    label: {type: string, maxLength: 10, pattern: '^[a-z]*$', description: A label.}\n", ""),
        "orders.place - argument `label`   breaks: the argument is gone",
        "orders.place + argument `label`, optional",
    ),
    (
        [
            ("    count: {type: integer, description: How often., x-unlimited: Any.}\n", ""),
            ("required: [amount, count]", "required: [amount]"),
        ],
        "orders.place - argument `count`   breaks: the argument is gone",
        f"orders.place + argument `count`, required   breaks: {LEFT_OUT}",
    ),
    (
        within(
            GET, "      - {name: brief, in: query, description: Whether a part will do., schema: {type: boolean}}\n", ""
        ),
        "orders.get - argument `brief`   breaks: the argument is gone",
        "orders.get + argument `brief`, optional",
    ),
    (
        ("required: [amount, count]", "required: [amount]"),
        "orders.place ~ argument `count`: optional, was required",
        f"orders.place ~ argument `count`: required, was optional   breaks: {LEFT_OUT}",
    ),
    (
        [
            ("required: [amount, count]", "required: [amount]"),
            ("count: {type: integer, ", "count: {type: integer, default: 1, "),
        ],
        "orders.place ~ argument `count`: optional, was required",
        f"orders.place ~ argument `count`: required, was optional   breaks: {LEFT_OUT}",
    ),
    (
        ("default: 20,", "default: 50,"),
        f"orders.list ~ argument `rows`: default `50`, was `20`   breaks: {ANOTHER_REQUEST}",
        f"orders.list ~ argument `rows`: default `20`, was `50`   breaks: {ANOTHER_REQUEST}",
    ),
    (
        ("label: {type: string, ", "label: {type: string, default: mine, "),
        f"orders.place ~ argument `label`: default `mine`, was none   breaks: {ANOTHER_REQUEST}",
        f"orders.place ~ argument `label`: default none, was `mine`   breaks: {ANOTHER_REQUEST}",
    ),
    (
        ("label: {type: string, ", "label: {x-python-name: mark, type: string, "),
        "orders.place ~ argument `mark`: renamed, was `label`   breaks: the old name is gone",
        "orders.place ~ argument `label`: renamed, was `mark`   breaks: the old name is gone",
    ),
    (
        [
            ("count: {type: integer, ", "count: {x-python-name: label, type: integer, "),
            ("label: {type: string, ", "label: {x-python-name: count, type: string, "),
        ],
        [
            "orders.place ~ argument `count`: renamed, was `label`   breaks: the old name is gone",
            "orders.place ~ argument `label`: renamed, was `count`   breaks: the old name is gone",
        ],
        [
            "orders.place ~ argument `count`: renamed, was `label`   breaks: the old name is gone",
            "orders.place ~ argument `label`: renamed, was `count`   breaks: the old name is gone",
        ],
    ),
    (
        ("count: {type: integer, ", "count: {type: string, format: decimal, "),
        "orders.place ~ argument `count`: `Money`, was `int`",
        f"orders.place ~ argument `count`: `int`, was `Money`   breaks: {REFUSED}",
    ),
    (
        ("items: {type: integer, ", "items: {type: string, format: decimal, "),
        "orders.place ~ argument `counts`: `Sequence[Money]`, was `Sequence[int]`",
        f"orders.place ~ argument `counts`: `Sequence[int]`, was `Sequence[Money]`   breaks: {REFUSED}",
    ),
    (
        ("count: {type: integer, ", "count: {type: array, items: {type: integer}, "),
        f"orders.place ~ argument `count`: `Sequence[int]`, was `int`   breaks: {REFUSED}",
        f"orders.place ~ argument `count`: `int`, was `Sequence[int]`   breaks: {REFUSED}",
    ),
    (
        within(SCHEMAS[SCHEMAS.index("PlaceRequest") :], "string, format: decimal", "string"),
        f"orders.place ~ argument `amount`: `str`, was `Money`   breaks: {REFUSED}",
        f"orders.place ~ argument `amount`: `Money`, was `str`   breaks: {REFUSED}",
    ),
    (
        ('side: {$ref: "#/Side", description: Which side.}', "side: {type: string, description: Which side.}"),
        "orders.list ~ argument `side`: `str`, was `SideValue`",
        f"orders.list ~ argument `side`: `SideValue`, was `str`   breaks: {REFUSED}",
    ),
    (
        (
            'state: {$ref: "#/State", description: In which state.}',
            "state: {type: integer, description: In which state.}",
        ),
        "orders.list ~ argument `state`: `int`, was `StateValue`",
        f"orders.list ~ argument `state`: `StateValue`, was `int`   breaks: {REFUSED}",
    ),
    (
        ('side: {$ref: "#/Side", description: Which side.}', 'side: {$ref: "#/State", description: Which side.}'),
        f"orders.list ~ argument `side`: `StateValue`, was `SideValue`   breaks: {REFUSED}",
        f"orders.list ~ argument `side`: `SideValue`, was `StateValue`   breaks: {REFUSED}",
    ),
    (
        within(SCHEMAS[SCHEMAS.index("ListRequest") :], "integer, format: epoch-ms", "string, format: date-time"),
        "orders.list ~ argument `after`: another kind of time on the wire   behaviour",
        "orders.list ~ argument `after`: another kind of time on the wire   behaviour",
    ),
    (
        ("maximum: 100", "maximum: 50"),
        f"orders.list ~ argument `rows`: at most 50, was 100   breaks: {BEYOND}",
        "orders.list ~ argument `rows`: at most 100, was 50",
    ),
    (
        ("maximum: 100, ", ""),
        "orders.list ~ argument `rows`: no longer at most 100",
        f"orders.list ~ argument `rows`: at most 100, was not limited   breaks: {BEYOND}",
    ),
    (
        ("page: {type: integer, minimum: 1", "page: {type: integer, minimum: 0"),
        "orders.list ~ argument `page`: at least 0, was 1",
        f"orders.list ~ argument `page`: at least 1, was 0   breaks: {BEYOND}",
    ),
    (
        ("page: {type: integer, minimum: 1, ", "page: {type: integer, "),
        "orders.list ~ argument `page`: no longer at least 1",
        f"orders.list ~ argument `page`: at least 1, was not limited   breaks: {BEYOND}",
    ),
    (
        ("maxLength: 10", "minLength: 2, maxLength: 10"),
        f"orders.place ~ argument `label`: at least 2 characters, was not limited   breaks: {BEYOND}",
        "orders.place ~ argument `label`: no longer at least 2 characters",
    ),
    (
        ("maxItems: 3", "maxItems: 5"),
        "orders.list ~ argument `states`: at most 5 items, was 3",
        f"orders.list ~ argument `states`: at most 3 items, was 5   breaks: {BEYOND}",
    ),
    (("maxLength: 10", "minLength: 0, maxLength: 10"), [], []),
    (
        ("pattern: '^[a-z]*$', ", ""),
        "orders.place ~ argument `label`: no longer of the form ^[a-z]*$",
        f"orders.place ~ argument `label`: of the form ^[a-z]*$, was not limited   breaks: {BEYOND}",
    ),
    (
        ("^[a-z]*$", "^[a-y]*$"),
        f"orders.place ~ argument `label`: of the form ^[a-y]*$, was ^[a-z]*$   breaks: {BEYOND}",
        f"orders.place ~ argument `label`: of the form ^[a-z]*$, was ^[a-y]*$   breaks: {BEYOND}",
    ),
    (
        (
            "counts: {type: array, items: {type: integer, minimum: 1}",
            "counts: {type: array, items: {type: integer, minimum: 2}",
        ),
        f"orders.place ~ argument `counts`: each item at least 2, was 1   breaks: {BEYOND}",
        "orders.place ~ argument `counts`: each item at least 1, was 2",
    ),
    (
        ("page: {type: integer, minimum: 1, ", "page: {type: integer, minimum: 1, multipleOf: 2, "),
        f"orders.list ~ argument `page`: a multiple of 2, was not limited   breaks: {BEYOND}",
        "orders.list ~ argument `page`: no longer a multiple of 2",
    ),
    (
        ("    nick: {type: string, description: Whose., x-secret: true}\n", ""),
        "model Row - field `nick`   breaks: the field is gone",
        "model Row + field `nick`, optional",
    ),
    (
        [
            ("[orderNumber, id]", "[orderNumber, id, mark]"),
            (
                "    nick: {type: string, ",
                "    mark: {type: string, description: Its mark.}\n    nick: {type: string, ",
            ),
        ],
        "model Row + field `mark`, required",
        "model Row - field `mark`   breaks: the field is gone",
    ),
    (
        [
            (
                "    text: {type: string, ",
                "    id: {type: string, description: Its id., x-unlimited: Any.}\n    text: {type: string, ",
            ),
            ("required: [days]", "required: [days, id]"),
        ],
        f"model TermsRequest + field `id`, required   breaks: {LEFT_OUT}",
        "model TermsRequest - field `id`   breaks: the field is gone",
    ),
    (
        ("nick: {", "nick: {x-python-name: nick_name, "),
        "model Row ~ field `nick_name`: renamed, was `nick`   breaks: the old name is gone",
        "model Row ~ field `nick`: renamed, was `nick_name`   breaks: the old name is gone",
    ),
    (
        ("[orderNumber, id]", "[orderNumber, id, nick]"),
        "model Row ~ field `nick`: required, was optional",
        "model Row ~ field `nick`: optional, was required   breaks: it may be None",
    ),
    (
        ("required: [days]", "required: [days, text]"),
        f"model TermsRequest ~ field `text`: required, was optional   breaks: {LEFT_OUT}",
        "model TermsRequest ~ field `text`: optional, was required",
    ),
    (
        ("required: [amount]\n", "required: [amount, kind]\n"),
        f"model LegRequest ~ field `kind`: required, was optional   breaks: {LEFT_OUT}",
        "model LegRequest ~ field `kind`: optional, was required   breaks: it may be None",
    ),
    (
        ("side: {type: string, description: Its side.}", 'side: {$ref: "#/Side", description: Its side.}'),
        "model Order ~ field `side`: `Side`, was `str`",
        "model Order ~ field `side`: `str`, was `Side`   breaks: the value that is read is something else",
    ),
    (
        ('side: {$ref: "#/Side", description: Who.}', "side: {type: string, description: Who.}"),
        "model TermsRequest ~ field `side`: `str`, was `Side`",
        f"model TermsRequest ~ field `side`: `Side`, was `str`   breaks: {REFUSED}",
    ),
    (
        (
            "kind: {type: string, description: Of what., x-unlimited: Any.}",
            'kind: {$ref: "#/Side", description: Of what.}',
        ),
        f"model LegRequest ~ field `kind`: `Side`, was `str`   breaks: {REFUSED}",
        "model LegRequest ~ field `kind`: `str`, was `Side`   breaks: the value that is read is something else",
    ),
    (
        ("words: {type: array, items: {type: string}", 'words: {type: array, items: {$ref: "#/Side"}'),
        "model Order ~ field `words`: `list[Side]`, was `list[str]`   breaks: the value that is read is something else",
        "model Order ~ field `words`: `list[str]`, was `list[Side]`   breaks: the value that is read is something else",
    ),
    (
        ("side: {type: string, description: Its side.}", "side: {x-untyped: true, description: Its side.}"),
        "model Order ~ field `side`: `Any`, was `str`   breaks: the value that is read is something else",
        "model Order ~ field `side`: `str`, was `Any`   breaks: the value that is read is something else",
    ),
    (
        ("days: {type: integer, ", "days: {type: string, format: decimal, "),
        f"model TermsRequest ~ field `days`: `Decimal`, was `int`   breaks: {REFUSED}",
        f"model TermsRequest ~ field `days`: `int`, was `Decimal`   breaks: {REFUSED}",
    ),
    (
        ("created: {type: integer, format: epoch-ms", "created: {type: string, format: date-time"),
        "model Row ~ field `created`: another kind of time on the wire   behaviour",
        "model Row ~ field `created`: another kind of time on the wire   behaviour",
    ),
    (
        ("Other:\n", "Another:\n  type: string\n  description: Words.\n  enum: [A]\nOther:\n"),
        "enum Another + added",
        "enum Another - removed   breaks: the enum is gone",
    ),
    (
        ("enum: [BUY, SELL]", "enum: [BUY]"),
        "enum Side - member `SELL`   breaks: the name is gone, and as an argument the value is refused",
        "enum Side + member `SELL`",
    ),
    (
        ("[OPEN, DONE]", "[OPEN, CLOSED]"),
        "enum State ~ member `CLOSED`: renamed, was `DONE`   breaks: the old name is gone",
        "enum State ~ member `DONE`: renamed, was `CLOSED`   breaks: the old name is gone",
    ),
    (
        [("enum: [1, 2]", "enum: [1, 3]"), ("members: [2]", "members: [3]")],
        "enum State ~ member `DONE`: value `3`, was `2`   breaks: the old value is refused",
        "enum State ~ member `DONE`: value `2`, was `3`   breaks: the old value is refused",
    ),
    (
        ("x-groups: {over", "x-groups: {early: {description: it began, members: [1]}, over"),
        "enum State + `is_early`, `all_early`",
        "enum State - `is_early`, `all_early`   breaks: the names are gone",
    ),
    (
        ('  "-1022": {name: SIGNED, category: unknown, meaning: Not signed., advice: Sign., evidence: official}\n', ""),
        "error -1022 - removed   breaks: the code is gone",
        "error -1022 + added",
    ),
    (
        ("{name: CLOCK, category: clock", "{name: LATE, category: unknown"),
        [
            "error -1021 ~ category: `unknown`, was `clock`   behaviour",
            "error -1021 ~ name: `LATE`, was `CLOCK`   behaviour",
        ],
        [
            "error -1021 ~ category: `clock`, was `unknown`   behaviour",
            "error -1021 ~ name: `CLOCK`, was `LATE`   behaviour",
        ],
    ),
    (
        ("unknown: Not known.}", "unknown: Not known., ban: Wait.}"),
        "enum ErrorCategory + member `BAN`",
        "enum ErrorCategory - member `BAN`   breaks: the name is gone, and as an argument the value is refused",
    ),
    (
        ("contains: too late", "contains: late"),
        "errors without a code ~ recognised by other words   behaviour",
        "errors without a code ~ recognised by other words   behaviour",
    ),
    (
        ('          "*": {$ref: ./schemas/frames.yaml#/Inner}', '          "*": {$ref: ./schemas/orders.yaml#/Row}'),
        "frame hello ~ content: `(('*', 'Row'),)`, was `(('*', 'Inner'),)`   breaks: it is read as something else",
        "frame hello ~ content: `(('*', 'Inner'),)`, was `(('*', 'Row'),)`   breaks: it is read as something else",
    ),
]
BEHAVIOUR = [
    ("orders.list ~ HTTP method", ("`POST`", "`PUT`"), within(LIST, "  post:", "  put:")),
    ("orders.get ~ security", ("`KEY`", "`NONE`"), within(GET, "security: [{apiKey: []}]", "security: []")),
    ("orders.get ~ weight", ("`1`", "`5`"), within(GET, "x-weight: 1", "x-weight: 5")),
    ("orders.list ~ the key of a row", ("`order_number`", "`id`"), ("{key: orderNumber}", "{key: id}")),
    (
        "orders.place ~ argument `label`: name on the wire",
        ("`label`", "`tag`"),
        ("label: {type: string, ", "tag: {x-python-name: label, type: string, "),
    ),
    (
        "orders.place ~ argument `label`: secret",
        ("`False`", "`True`"),
        ("label: {type: string, ", "label: {x-secret: true, type: string, "),
    ),
    (
        "model Row ~ field `nick`: name on the wire",
        ("`nick`", "`nickName`"),
        ("nick: {", "nickName: {x-python-name: nick, "),
    ),
    ("enum State ~ members of `is_over`", ("`DONE`", "`OPEN, DONE`"), ("members: [2]", "members: [1, 2]")),
    ("model Said ~ field `words`: other names on the wire", ("`('Words',)`", "`('WORDS',)`"), ("[Words]", "[WORDS]")),
    ("model Row ~ field `nick`: secret", ("`True`", "`False`"), (", x-secret: true", "")),
    ("servers and key ~ header of the key", ("`X-MBX-APIKEY`", "`X-KEY`"), ("name: X-MBX-APIKEY", "name: X-KEY")),
]
TEXTS = [
    ("orders.get ~ ", within(GET, "summary: One order.", "summary: An order.")),
    ("orders ~ ", ("description: Orders.", "description: All orders.")),
    ("orders.place ~ argument `label`: ", ("description: A label.", "description: Its label.")),
    ("model Row ~ field `nick`: ", ("description: Whose.", "description: Whose name.")),
    ("model Row ~ ", ("description: An order in a list.", "description: A row.")),
    ("enum State ~ member `DONE`: ", ("[Open., Done.]", "[Open., All done.]")),
    ("enum State ~ `is_over`: ", ("it ended", "it came to an end")),
    ("enum Side ~ ", ("description: A side.", "description: Which side.")),
    ("frame hello ~ ", ("summary: A greeting.", "summary: A greeting of somebody.")),
    ("error -1022 ~ ", ("advice: Sign.", "advice: Sign it.")),
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Surface:
    """The surface of the description without an edit."""
    return surface.current(write(tmp_path_factory.mktemp("tiny")))


@pytest.mark.parametrize(("edits", "forth", "back"), JUDGED)
def test_each_change_is_judged_both_ways(
    tiny: Surface, tmp_path: Path, edits: Edit | list[Edit], forth: str | list[str], back: str | list[str]
):
    """What breaks callers says so and why; the way back is judged by itself, and is often an addition."""
    # As an older description is read: what the lint says of it is not asked here.
    edited = surface.earlier(str(write(tmp_path, *listed(edits))), tmp_path)

    assert listed(forth) == told(compare(tiny, edited))
    assert listed(back) == told(compare(edited, tiny))


@pytest.mark.parametrize(("what", "values", "edit"), BEHAVIOUR)
def test_what_a_call_does_is_no_break(tiny: Surface, tmp_path: Path, what: str, values: tuple[str, str], edit: Edit):
    """A program goes on with another path, security or name on the wire; but it is told."""
    edited = surface.current(write(tmp_path, edit))

    old, new = values
    assert [f"{what}: {new}, was {old}   behaviour"] == told(compare(tiny, edited))
    assert [f"{what}: {old}, was {new}   behaviour"] == told(compare(edited, tiny))


@pytest.mark.parametrize(("what", "edit"), TEXTS)
def test_words_are_documentation(tiny: Surface, tmp_path: Path, what: str, edit: Edit):
    """Where only a text is another, callers need not care."""
    edited = surface.current(write(tmp_path, edit))

    assert [f"{what}described otherwise   documentation"] == told(compare(tiny, edited))


NOT_MET = {
    *("Tag.file", "Model.file"),
    # Told of each resource.
    "Shape.docs",
    # Parts of an operation's id, or made from another name: those are told.
    *("Operation.tag", "Operation.method_name", "Tag.name", "Tag.class_name", "Model.module"),
    # A request's schema becomes arguments, and a model is sent as a whole.
    "Model.fields.in_query",
    # Told by its name in Python.
    "Operation.row_wire",
    # Told of each argument and field.
    *("Operation.secrets", "Operation.hidden_arguments"),
}
"""What of the shape no caller meets by itself."""
NAMES_OF_MODELS = {"Shape.models", "Model.name", "Frame.model"}
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
            fresh = Group("fresh", "", ()) if place.endswith(".groups") else ("maximum", 1)
            yield place, value[1:] if value else (fresh,)
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
    shape = parse(source, bundle(source))
    tried: set[str] = set()
    noticed: set[str] = set()
    for what, other in variations(shape, "Shape"):
        tried.add(what)
        if what in NAMES_OF_MODELS or compare(Surface.of(shape), Surface.of(other)).groups:
            noticed.add(what)

    assert tried >= NOT_MET | NAMES_OF_MODELS
    assert NOT_MET == tried - noticed


def test_what_is_the_same_is_silent(tiny: Surface, tmp_path: Path):
    """Where things stand in the files is nobody's business but ours."""
    label = "    label: {type: string, maxLength: 10, pattern: '^[a-z]*$', description: A label.}\n"
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
        "Result: 5 breaks, 2 additions, 1 change of behaviour, 2 changes of documentation -> major (0.x: minor)",
    ] == str(compare(tiny, edited)).splitlines()


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
    assert f"Result: {expected}" == str(compare(tiny, surface.current(write(tmp_path, *edits)))).splitlines()[-1]


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
    assert told.err.startswith("v9: a revision that git knows here, or a folder with a c2c.yaml, is expected")


def test_a_revision_is_no_option(description: Path, capsys: pytest.CaptureFixture[str]):
    """What begins with a dash is a name to git, and an unknown one."""
    assert 2 == main(["--diff=--all", "--description", str(description)])
    assert capsys.readouterr().err.startswith("--all: a revision that git knows here")


def test_a_revision_needs_a_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Outside of a repository the message says what git says."""
    assert 2 == diff("HEAD", write(tmp_path))
    assert "not a git repository" in capsys.readouterr().err


def test_a_revision_needs_git(description: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Without git the message asks for it."""
    monkeypatch.setenv("PATH", "")

    assert 2 == diff("HEAD", description)
    assert "git is needed to read a revision, but is not installed\n" == capsys.readouterr().err


def test_a_revision_without_a_description_is_named(
    description: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """What was not there yet cannot be compared with."""
    moved = description.rename(tmp_path / "openapi")

    assert 2 == diff("HEAD", moved)
    assert capsys.readouterr().err.startswith("HEAD: has no openapi/")


def test_an_empty_archive_means_that_there_was_none(
    description: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """Some versions of git make one of a folder that a revision lacks, and do not fail."""
    module: Any = import_module("generator.diff.surface")
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    ask = module._git

    def pack(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        asked = ask(folder, *arguments)
        packs = arguments[0] == "archive"
        return subprocess.CompletedProcess(asked.args, 0, empty.getvalue()) if packs else asked

    monkeypatch.setattr(module, "_git", pack)
    assert 2 == diff("HEAD", description)
    assert f"HEAD: has no {description.name}/\n" == capsys.readouterr().err


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
    monkeypatch.setattr(surface, "parse", lambda *_: [].pop())

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
    here = Path(__file__).parents[2] / "openapi"
    command = [sys.executable, "-m", "generator", "--diff", str(here)]
    told = subprocess.run(command, cwd=here.parent, capture_output=True, text=True, check=False)

    assert (0, "Result: nothing changed -> none\n") == (told.returncode, told.stdout)
