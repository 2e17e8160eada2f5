"""What is made for others: the description in one file, and the table of names."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from binance_c2c_sapi import models
from binance_c2c_sapi.operations import OPERATIONS
from binance_c2c_strict import models as strict

ROOT = Path(__file__).parents[2]
FRAMES: dict[str, Any] = json.loads((ROOT / "openapi/dist/asyncapi.json").read_text(encoding="utf-8"))
BUNDLE: dict[str, Any] = json.loads((ROOT / "openapi/dist/c2c.json").read_text(encoding="utf-8"))
NAMES = (ROOT / "openapi/dist/names.md").read_text(encoding="utf-8")
CASSETTES = sorted((ROOT / "tests/cassettes").rglob("*.json"))


def test_the_bundle_is_valid_and_whole():
    """One file, no reference that leaves it, every operation with its examples."""
    validate(BUNDLE)
    operations = {node["operationId"]: node for item in BUNDLE["paths"].values() for node in item.values()}

    assert set(OPERATIONS) == set(operations)
    assert [] == [ref for ref in re.findall(r'"\$ref": "([^"]*)"', json.dumps(BUNDLE)) if not ref.startswith("#/")]
    for name, node in operations.items():
        assert "example" in node["responses"]["200"]["content"]["application/json"], name


def test_the_bundle_of_frames_is_whole():
    """One AsyncAPI document: every reference leads somewhere in it, and each message has its schema."""
    references = re.findall(r'"\$ref": "([^"]*)"', json.dumps(FRAMES))

    assert FRAMES["asyncapi"].startswith("3.")
    assert {"receive", "send"} == set(FRAMES["operations"])
    for reference in references:
        node: Any = FRAMES
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
        assert isinstance(node, dict), reference
    assert {"ChatFrame", "ChatSystemEvent", "ChatTextToSend"} <= set(FRAMES["components"]["schemas"])
    assert "OrderDetail" not in FRAMES["components"]["schemas"]


@pytest.mark.parametrize(
    ("operation", "ours", "wire"),
    [
        ("ads.get", "adv_no", "adsNo"),
        ("orders.get", "order_number", "adOrderNo"),
        ("orders.place", "adv_no", "advOrderNumber"),
        ("ads.reference_prices", "fiat", "fiatCurrency"),
        ("payment_methods.get", "pay_id", "id"),
        ("ads.search", "rows", "rows"),
    ],
)
def test_the_table_leads_from_our_names_to_the_vendors(operation: str, ours: str, wire: str):
    """Whoever reads the vendor's document finds its words beside ours."""
    [line] = [line for line in NAMES.splitlines() if line.startswith(f"| `{ours}` | `{wire}` |")]

    assert f"`{operation}`" in line


def test_the_table_has_every_name():
    """Each field of each model and each operation stands in it, also where the names are the same."""
    fields = {
        (name, ours, wire)
        for name in models.__all__
        for ours, wire in getattr(getattr(models, name), "NAMES", {}).items()
    }
    listed = {
        (owner, ours, wire)
        for ours, wire, owners in re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.*) \|$", NAMES, re.MULTILINE)
        for owner in re.findall(r"`([\w.]+)`", owners)
    }

    assert set() == fields - listed
    assert all(f"| `{name}` | `{operation.method} " in NAMES for name, operation in OPERATIONS.items())


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_recorded_answers_hold_nothing_that_is_not_described(path: Path):
    """The strict models, which forbid what the description does not list, read every recorded success."""
    recorded = json.loads(path.read_text(encoding="utf-8"))["interactions"]
    read = [_strictly(one) for one in recorded]

    assert any(read)


def _strictly(interaction: dict[str, Any]) -> bool:
    """Whether the answer had something to read; raises where it is not as described."""
    uri_path = re.sub(r"^https://[^/]*|\?.*$", "", interaction["request"]["uri"])
    node = BUNDLE["paths"][uri_path][interaction["request"]["method"].lower()]
    answer = json.loads(interaction["response"]["body"]["string"])
    schema = node["responses"]["200"]["content"]["application/json"]["schema"]
    data: dict[str, Any] = next(
        (part["properties"]["data"] for part in schema.get("allOf", []) if "properties" in part), {}
    )
    kind = (data.get("items") or data).get("$ref", "").rpartition("/")[2]
    if not kind or not answer.get("success"):
        return False
    rows = answer["data"] if isinstance(answer["data"], list) else [answer["data"]]
    for row in rows:
        getattr(strict, kind).model_validate(row)
    return bool(rows)
