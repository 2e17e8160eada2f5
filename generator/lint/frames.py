"""The rules for the chat's frames: the keys of each message, and a message for every type of frame."""

from collections.abc import Iterator
from typing import Any

from generator.description import Message, Place, Source
from generator.lint.grammar import EVIDENCE
from generator.lint.schemas import is_missing

ACTIONS = ("receive", "send")
ANY_SUBTYPE = "*"
"""The key of `x-content` for all other subtypes."""


def check(source: Source) -> Iterator[str]:
    top = source.frames
    if top is None:
        return
    version = str(top.node.get("asyncapi", ""))
    if not version.startswith("3."):
        yield top.finding(f"asyncapi: 3 is expected, not {version or 'nothing'}")
    for key in ("title", "version"):
        if is_missing(top.node.get("info", {}), key):
            yield top.finding(f"info: {key} is missing")
    for name in top.node.get("operations", {}):
        operation = top.under("operations").under(name)
        if operation.node.get("action") not in ACTIONS:
            yield operation.finding(f"{name}: action: one of {', '.join(ACTIONS)} is expected")
        if "channel" not in operation.node:
            yield operation.finding(f"{name}: channel is missing")
    messages = list(source.messages())
    yield from _unnamed(top, messages)
    for message in messages:
        for problem in _declarations(source, message):
            yield message.place.finding(f"{message.name}: {problem}")
    yield from _types(source, top, messages)


def _unnamed(top: Place, messages: list[Message]) -> Iterator[str]:
    """Check that one operation names each message of a channel: a message that none names would be lost silently."""
    named = [message.name for message in messages]
    for channel in top.node.get("channels", {}):
        described = top.under("channels").under(channel)
        for name in described.node.get("messages", {}):
            if named.count(str(name)) != 1:
                here = described.under("messages").under(name)
                yield here.finding(f"{name}: exactly one operation is expected to name it")


def _declarations(source: Source, message: Message) -> Iterator[str]:
    node = message.place.node
    if node.get("name") != message.name:
        yield "name: the key of the message is expected"
    for key in ("summary", "x-source"):
        if is_missing(node, key):
            yield f"{key} is missing"
    if node.get("x-evidence") not in EVIDENCE:
        yield f"x-evidence: one of {', '.join(EVIDENCE)} is expected"
    for name, schema in _schemas(source, message):
        if "properties" not in schema:
            yield f"{name}: an object is expected"
    if "payload" not in node:
        yield "payload is missing"


def _schemas(source: Source, message: Message) -> Iterator[tuple[str, Any]]:
    node = message.place.node
    if "payload" in node:
        yield "payload", source.follow(message.place.under("payload")).node
    for key in node.get("x-content", {}):
        yield f"x-content: {key}", source.follow(message.place.under("x-content").under(key)).node


def _types(source: Source, top: Place, messages: list[Message]) -> Iterator[str]:
    """Check that received messages have the names of frame types, and that each type in their schemas has a message."""
    wanted: dict[str, None] = {}
    for message in messages:
        if message.action != "receive" or "payload" not in message.place.node:
            continue
        payload = source.follow(message.place.under("payload"))
        known = _members(source, payload, "type")
        wanted.update(dict.fromkeys(known))
        if message.name not in known:
            yield message.place.finding(f"{message.name}: no value of the payload's `type`")
        subtypes = {*_members(source, payload, "subType"), ANY_SUBTYPE}
        for key in message.place.node.get("x-content", {}):
            if key not in subtypes:
                here = message.place.under("x-content").under(key)
                yield here.finding(
                    f"{message.name}: x-content: {key}: {ANY_SUBTYPE} or a value of `subType` is expected"
                )
    missing = [name for name in wanted if name not in {message.name for message in messages}]
    if missing:
        yield top.finding(f"types without a message: {', '.join(missing)}")


def _members(source: Source, payload: Place, name: str) -> list[str]:
    if name not in payload.node.get("properties", {}):
        return []
    return [str(value) for value in source.follow(payload.under("properties").under(name)).node.get("enum", [])]
