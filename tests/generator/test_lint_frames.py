"""Each rule of the lint for the chat's frames, broken alone in the golden description that has some."""

import shutil
from pathlib import Path

import pytest

from tests.support.descriptions import ROOT, findings, here

KINDS = ROOT / "tests/golden/kinds/openapi"
FRAMES, SCHEMAS = "asyncapi.yaml", "schemas/frames.yaml"
SAY = "        x-source: V1\n        x-evidence: specification\n"
NEWS = "x-evidence: guess"

RULES: list[tuple[str, str, str, str]] = [
    ("asyncapi: 3 is expected, not 2.6.0", FRAMES, "asyncapi: 3.0.0", "asyncapi: 2.6.0  # here"),
    ("info: title is missing", FRAMES, 'info: {title: Every kind of frame, version: "1"}', 'info: {version: "1"}'),
    (
        "receive: action: one of receive, send is expected",
        FRAMES,
        "  receive:\n    action: receive",
        "  receive:  # here\n    action: take",
    ),
    (
        "send: channel is missing",
        FRAMES,
        "  send:\n    action: send\n    channel: {$ref: '#/channels/chat'}",
        "  send:  # here\n    action: send",
    ),
    (
        "say: exactly one operation is expected to name it",
        FRAMES,
        "messages: [{$ref: '#/channels/chat/messages/say'}]",
        "messages: []",
    ),
    ("say: name: the key of the message is expected", FRAMES, "        name: say", "        name: says"),
    ("say: summary is missing", FRAMES, "        summary: What we say.\n", ""),
    ("say: x-source is missing", FRAMES, SAY, "        x-evidence: specification\n"),
    (
        "say: x-evidence: one of official, specification, clients, guess is expected",
        FRAMES,
        SAY,
        "        x-source: V1\n",
    ),
    ("say: payload is missing", FRAMES, "        payload: {$ref: ./schemas/frames.yaml#/Saying}\n", ""),
    ("say: payload: an object is expected", FRAMES, "frames.yaml#/Saying", "frames.yaml#/Talk"),
    (
        "news: x-content: big: an object is expected",
        FRAMES,
        "big: {$ref: ./schemas/frames.yaml#/Inside}",
        "big: {$ref: ./schemas/frames.yaml#/Talk}",
    ),
    (
        "news: x-content: huge: * or a value of `subType` is expected",
        FRAMES,
        "big: {$ref: ./schemas/frames.yaml#/Inside}",
        "huge: {$ref: ./schemas/frames.yaml#/Inside}  # here",
    ),
    ("types without a message: more", SCHEMAS, "enum: [hello, news]", "enum: [hello, news, more]"),
    ("say: no value of the payload's `type`", FRAMES, "    action: send", "    action: receive"),
    (
        "$ref '#/channels/chat/messages/say/name': a message of a channel of asyncapi.yaml is expected",
        FRAMES,
        "messages: [{$ref: '#/channels/chat/messages/say'}]",
        "messages: [{$ref: '#/channels/chat/messages/say/name'}]  # here",
    ),
    *(
        ("a $ref is expected", FRAMES, old, f"{new}  # here")
        for old, new in (
            ("messages: [{$ref: '#/channels/chat/messages/say'}]", "messages: [{}]"),
            ("    action: send\n    channel: {$ref: '#/channels/chat'}", "    action: send\n    channel: {}"),
        )
    ),
    (
        "say: exactly one operation is expected to name it",
        FRAMES,
        "    messages: [{$ref: '#/channels/chat/messages/say'}]\n",
        "",
    ),
    ("send: action: one of receive, send is expected", FRAMES, "  send:\n    action: send\n", "  send:  # here\n"),
    (
        (
            "bindings is not understood by the generator;"
            " one of address, description, messages, parameters, title is expected"
        ),
        FRAMES,
        "    address: '{url}'",
        "    address: '{url}'\n    bindings: {}  # here",
    ),
    (
        "Saying.words: x-also is for properties that an answer may leave out",
        SCHEMAS,
        "required: [words]\n  properties:\n    words: {",
        "required: [words]\n  properties:\n    words: {x-also: [word], ",
    ),
    (
        "Inside.words: x-also: names of no other property are expected, each once",
        SCHEMAS,
        "  x-nullable-properties: true\n  properties:\n    words: {",
        "  x-nullable-properties: true\n  properties:\n    words: {x-also: [a, a], ",
    ),
    (
        "Said.when: x-also: names of no other property are expected, each once",
        SCHEMAS,
        "x-also: [time]",
        "x-also: [subType]",
    ),
]


def changed(folder: Path, file: str, old: str, new: str) -> Path:
    """The golden description with one thing changed."""
    description = folder / "openapi"
    shutil.copytree(KINDS, description)
    text = (description / file).read_text(encoding="utf-8")
    assert 1 == text.count(old), f"{old!r} stands {text.count(old)} times in {file}"
    (description / file).write_text(text.replace(old, new), encoding="utf-8")
    return description


# What follows where no message sends the schema: it is held to what answers are held to.
UNSENT = "schema Saying: an answer may always hold more"


@pytest.mark.parametrize(("message", "file", "old", "new"), RULES)
def test_a_broken_rule_for_frames_is_named(tmp_path: Path, message: str, file: str, old: str, new: str):
    """What breaks one rule is found once, in words that say what is wrong, and where it stands."""
    description = changed(tmp_path, file, old, new)
    [finding] = [one for one in findings(description) if not one.endswith(UNSENT)]
    place, _, told = finding.partition(": ")

    assert message == told
    assert place.startswith(f"{file}:" if file == SCHEMAS and "types" not in message else f"{FRAMES}:")
    if "# here" in new:
        assert here(description) == place


def test_a_description_without_frames_breaks_no_rule(tmp_path: Path):
    """An API need not have a chat; an empty description of frames is told what it lacks."""
    description = changed(tmp_path, FRAMES, "asyncapi: 3.0.0", "asyncapi: 3.0.0")
    (description / FRAMES).write_text("x: 1\n", encoding="utf-8")
    empty = findings(description)
    (description / FRAMES).unlink()

    assert [] == [one for one in findings(description) if not one.endswith(UNSENT)]
    assert f"{FRAMES}:1: asyncapi: 3 is expected, not nothing" in empty
