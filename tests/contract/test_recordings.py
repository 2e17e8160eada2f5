"""Answers that owners of keys have recorded, held against the description."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.contract.drift import differences

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings").glob("*.json"))


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
def test_a_recorded_answer_is_as_described(file: Path):
    """Nothing came that is not described, and nothing failed to come that is promised."""
    assert [] == differences(file)


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
