"""Answers that owners of keys have recorded, held against the description."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from binance_c2c import Page
from binance_c2c.errors import APIError, OutcomeUnknownError, TransportError
from tests.support.contract.answers import built, payload, plain, read, wire_form
from tests.support.contract.calls import canonical
from tests.support.contract.drift import differences
from tests.support.talk import judge

FOLDER = Path(__file__).parents[1] / "recordings"
RECORDINGS = sorted(FOLDER.glob("*.json"))
# By the sources: what was seen, and what it is called.
REFUSALS = {
    "no_number_to_update": (400, -1102, "parameter", "advNo"),
    "no_order_to_get": (400, -1102, "parameter", "illegal parameter"),
    "no_order_to_release": (400, -1102, "parameter", "orderNumber"),
    "nothing_to_search": (400, -1102, "parameter", "tradeType"),
    "website_no_login": (401, "100001005", "authentication", "Please log in first."),
    "website_wrong_method": (400, "000002", "parameter", "illegal parameter"),
    "wrong_method": (404, -1000, "parameter", "Request method 'GET' is not supported"),
}


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
def test_a_recorded_answer_is_as_described(file: Path):
    """Nothing came that is not described, and nothing failed to come that is promised."""
    assert [] == differences(file)


def loaded(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)


def recorded(file: Path) -> tuple[Any, Any]:
    """What an answer reads as, and its payload as it came."""
    recording = loaded(file)
    text = json.dumps(json.loads(file.read_text(encoding="utf-8"))["answer"])
    [value] = read(recording["operation"], text)
    return value, payload(text)


def unknown(value: Any) -> Iterator[str]:
    """Every field, at any depth, that came and is not described."""
    if isinstance(value, (Page, list)):
        rows: Iterable[Any] = value
        for row in rows:
            yield from unknown(row)
    yield from getattr(value, "extra", ())
    for python in getattr(value, "NAMES", {}):
        yield from unknown(getattr(value, python))


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
def test_a_recorded_answer_is_read_whole(file: Path):
    """No row is lost, no field of it is unknown, and all of it that is not null goes back out, digit by digit."""
    value, came = recorded(file)

    assert not getattr(value, "bad_rows", ())
    assert [] == list(unknown(value))
    written = wire_form(value)
    assert canonical(spelled_as(written, plain(came))) == canonical(plain(written))


def spelled_as(written: Any, came: Any) -> Any:
    """What came, in which a rate that is a whole number has the spelling in which rates are written."""
    if isinstance(came, dict) and isinstance(written, dict):
        return {key: spelled_as(written.get(key), part) for key, part in came.items()}
    if isinstance(came, list) and isinstance(written, list):
        return [spelled_as(*parts) for parts in zip(written, came, strict=True)]
    return str(came) if isinstance(written, str) and type(came) is int else came


def test_an_unknown_field_of_a_recording_would_be_seen(tmp_path: Path):
    """What is looked for above is found in any object of an answer."""
    [file] = [file for file in RECORDINGS if file.stem == "market.search-2026"]
    text = file.read_text(encoding="utf-8").replace('"payId":', '"payNumber":').replace('"badges":', '"medals":')
    other = tmp_path / file.name
    other.write_text(text, encoding="utf-8")

    assert ["payNumber", "payNumber", "medals"] == list(unknown(recorded(other)[0]))


@pytest.mark.parametrize("name", REFUSALS)
def test_a_recorded_refusal_is_what_it_says(name: str):
    """The status, the code and the words of a refusal reach the caller, in whichever of the two bodies they came."""
    recording = loaded(FOLDER / "refusals" / f"{name}.json")
    response = httpx.Response(recording["status"], json=recording["answer"])
    with pytest.raises(APIError) as caught:
        judge(built(recording["operation"]), response)

    status, code, category, words = REFUSALS[name]
    assert (status, code, category) == (caught.value.http_status, caught.value.code, caught.value.category)
    assert words in caught.value.message


@pytest.mark.parametrize("operation", ["orders.summary", "orders.release"])
def test_an_unknown_path_is_no_answer(operation: str):
    """Status 200 with nothing, as an unknown path was seen to be answered, is neither a yes nor a no."""
    recording = loaded(FOLDER / "refusals" / "unknown_path.json")
    assert recording["answer"] is None
    with pytest.raises(TransportError) as caught:
        judge(built(operation), httpx.Response(recording["status"], content=b""))

    assert ("orders.release" == operation) == isinstance(caught.value, OutcomeUnknownError)


def _changed(tmp_path: Path, name: str, change: Any) -> list[str]:
    [original] = [file for file in RECORDINGS if file.stem == name]
    recording = json.loads(original.read_text(encoding="utf-8"))
    change(recording)
    file = tmp_path / original.name
    file.write_text(json.dumps(recording), encoding="utf-8")
    return differences(file)


def test_drift_names_operation_field_path_and_line(tmp_path: Path):
    """A field that is new, one of another type and one that is gone: a line each, which leads to the description."""

    def change(recording: Any) -> None:
        order = recording["answer"]["data"]
        order["payMethods"][0]["fields"][0]["newThing"] = {"a": 1}
        order["totalPrice"] = []
        order["orderStatus"] = "TRADING"

    found = _changed(tmp_path, "orders.get", change)
    lines = {line.partition(" -> ")[0]: line.rpartition(" -> ")[2] for line in found}
    place = "$.answer.data.payMethods[0].fields[0].newThing"

    assert f'orders.get.json: orders.get {place}: newThing is not described; it came as {{"a": 1}}' in lines
    assert any("$.answer.data.totalPrice: " in line and "it came as []" in line for line in lines)
    assert any("$.answer.data.orderStatus: " in line for line in lines)
    for line, described in lines.items():
        name, number = described.removeprefix("openapi/").split(":")
        text = (Path(__file__).parents[2] / "openapi" / name).read_text(encoding="utf-8").splitlines()[int(number) - 1]
        field = line.partition(": ")[2].partition(": ")[0].rpartition(".")[2]
        assert field == "newThing" or text.strip().startswith(f"{field}:"), (line, text)


def test_what_no_longer_comes_and_unknown_operations(tmp_path: Path):
    """A promised field that is missing, in a row of a list; and a recording of what is not described at all."""
    gone = _changed(tmp_path, "system.time", lambda recording: recording["answer"].clear())
    other = _changed(tmp_path, "system.time", lambda recording: recording.update(operation="loans.list"))

    assert 1 == len(gone)
    assert "$.answer.serverTime: serverTime is described as always there, and did not come -> openapi/" in gone[0]
    assert ["system.time.json: loans.list is not described in openapi/"] == other
