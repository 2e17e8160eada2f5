"""Which operations there are and what is known of each, held against the table in `tables/operations.toml`."""

import inspect
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from binance_c2c import AsyncC2CClient, C2CClient
from binance_c2c_sapi.operations import OPERATIONS as DESCRIBED
from tests.support.clients import KEY, SECRET, Kind, both_clients
from tests.support.contract.answers import parts, required_as_described
from tests.support.contract.tables import (
    ANSWERS,
    DOCUMENTED_WEIGHTS,
    FAMILIES,
    FIELDS,
    MINIMAL,
    PAGES,
    REQUIRED,
    TABLE,
    WEBSITE,
    Row,
)

ALL = pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
# Among the names of an argument there is one for each thing; these are the vendor's other names for the same.
OTHER_SPELLINGS = (
    *("adv_order_no", "adv_order_number", "ads_no", "ad_no", "ad_order_no", "order_no"),
    *("fiat_unit", "fiat_currency", "currency", "id"),
)


# What no operation is, but a program of several: these have tests of their own.
BY_HAND = {"chat.connect", "chat.download_image", "orders.watch"}


def methods(kind: Kind) -> dict[str, Any]:
    """Every public method of every resource of a client, by `resource.method`."""
    client: Any = kind(api_key=KEY, api_secret=SECRET)
    return dict(_methods(client, ""))


def _methods(owner: Any, name: str) -> Iterator[tuple[str, Any]]:
    for attribute in dir(owner):
        if attribute.startswith("_"):
            continue
        value = getattr(owner, attribute)
        if any(kind.__module__.startswith("binance_c2c_sapi.") for kind in type(value).__mro__):
            yield from _methods(value, f"{name}{attribute}.")
        elif name and callable(value) and f"{name}{attribute}" not in BY_HAND:
            yield f"{name}{attribute}", value


def line_for(name: str) -> str:
    """The line of `operations.toml` that the description would give an operation."""
    one = DESCRIBED[name]
    client = dict(one.headers).get("clientType", "-")
    effect, answer = "reads" if one.safe_to_repeat else "acts", "envelope" if one.enveloped else "bare"
    extent = "paged" if twin(name) in methods(C2CClient) else "whole"
    return f"{name} {one.method} {one.path} {one.security.value} {effect} {extent} {client} {answer}"


def twin(name: str) -> str:
    """The method that walks the pages of an operation."""
    return ".iterate_".join(name.rsplit(".", 1))


def missing() -> Iterator[str]:
    """Each line that a table lacks, or has in vain."""
    there, arguments = set(DESCRIBED), {name: inspect.signature(method) for name, method in methods(C2CClient).items()}
    for name in sorted(there - set(TABLE)):
        order = "sorted" if DESCRIBED[name].sorted_query else "given"
        yield f'operations.toml: add, to a family with signed_in = "{order}": {line_for(name)}'
    for folder, listed in (("calls", {request.operation for request in MINIMAL}), ("answers", set(ANSWERS))):
        for name in sorted(there - listed):
            resource, _, method = name.rpartition(".")
            taken = ", ".join(arguments[name].parameters)
            calls = f"with a line for each of {taken}" if taken else "and nothing below it"
            lines = calls if folder == "calls" else "with its text and its reads"
            yield f"{folder}/{resource}.toml: add [{method}], {lines}"
        yield from (f"{folder}/{name.rpartition('.')[0]}.toml: remove {name}" for name in sorted(listed - there))
    yield from (f"operations.toml: remove {name}" for name in sorted(set(TABLE) - there))
    yield from missing_fields()


def missing_fields() -> Iterator[str]:
    """Each line that the tables of fields lack, of the operations that have an answer."""
    for name in sorted({*ANSWERS} & {*DESCRIBED} - {fields.operation for fields in FIELDS}):
        objects = [path for path, part in parts(ANSWERS[name]) if isinstance(part, dict) and part]
        # Of several rows of a list one is enough.
        places = sorted({".".join("0" if isinstance(step, int) else step for step in path) for path in objects})
        if places:
            yield f'fields.toml: add [objects."{name}"], with the fields of each of {", ".join(places)}'
    for name, wires in sorted(required_as_described().items()):
        if name not in REQUIRED:
            told = " ".join(sorted(wires))
            yield f"required.toml: add {name}, with the fields that no answer is without; as described: {told}"


@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if "controllers" in family])
def test_the_table_counts_what_the_document_counts(name: str):
    """The table has as many operations of each controller as the vendor's document, none of them twice."""
    family, rows = FAMILIES[name], [row for row in TABLE.values() if row.family == name]
    counted = Counter(row.path.removeprefix(family["under"]).split("/", maxsplit=1)[0] for row in rows)

    assert family["controllers"] == counted
    assert sum(counted.values()) == len({(row.method, row.path) for row in rows})


def test_the_document_has_42_operations():
    """The merchant API of v7.4 is whole: no operation of its index is left out."""
    assert 42 == sum(FAMILIES["document"]["controllers"].values())


def test_every_operation_is_listed_called_and_answered():
    """What the SDK can ask for is what the tables list, with a call and an answer to it, no more and no less."""
    lines = list(missing())
    told = ["in tests/contract/tables/, by what the vendor's document says and not the description:", *lines]

    assert not lines, "\n".join(told)


def test_a_field_that_no_table_has_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    """An operation without its fields, and a model without those it requires, is a line that names the table."""
    monkeypatch.setattr(f"{__name__}.FIELDS", tuple(one for one in FIELDS if one.operation != "market.short_ads"))
    monkeypatch.setattr(f"{__name__}.REQUIRED", {name: wires for name, wires in REQUIRED.items() if name != "PublicAd"})
    places = "data, data.items.0, data.items.0.advertiser"
    fields = f'fields.toml: add [objects."market.short_ads"], with the fields of each of {places}'
    required = "required.toml: add PublicAd, with the fields that no answer is without; as described: adNo price"
    assert [fields, required] == list(missing_fields())


@ALL
def test_each_operation_is_what_the_document_says(row: Row):
    """Method, path, proof, harmlessness, headers, kind of answer and host are those of the vendor's document."""
    operation = DESCRIBED[row.name]

    headers = (("clientType", row.client),) if row.client != "-" else ()
    told = (row.name, row.method, row.path, row.security, row.effect == "reads", headers, row.answer == "envelope")
    assert (*told, row.host == WEBSITE) == (
        operation.id,
        operation.method,
        operation.path,
        operation.security.value,
        operation.safe_to_repeat,
        operation.headers,
        operation.enveloped,
        operation.public,
    )


@ALL
def test_what_acts_tells_how_to_learn_what_happened(row: Row):
    """An operation that acts names the call that shows whether it took effect, and that call only reads."""
    outcome = DESCRIBED[row.name].outcome

    assert (row.effect == "acts") == bool(outcome)
    named = {word.strip("`") for word in outcome.split() if word.strip("`") in TABLE}
    assert bool(outcome) == bool(named)
    assert {"reads"} >= {TABLE[name].effect for name in named}


@pytest.mark.parametrize(("name", "weight"), DOCUMENTED_WEIGHTS.items(), ids=DOCUMENTED_WEIGHTS)
def test_published_weights_are_kept(name: str, weight: int):
    """Where Binance publishes what a call weighs, the SDK counts the same."""
    assert weight == DESCRIBED[name].weight


@both_clients
def test_each_operation_has_its_method_and_nothing_else_does(kind: Kind):
    """A client has a method for each operation, walks what comes in pages, and can do nothing that is not described."""
    paged = {row.name for row in TABLE.values() if row.extent == "paged"}
    # Whether these come in pages the table is still to say.
    unlisted = {twin(name) for name in set(DESCRIBED) - set(TABLE)}

    assert sorted([*DESCRIBED, *map(twin, paged)]) == sorted(set(methods(kind)) - unlisted)


def test_both_clients_take_the_same_arguments():
    """Whoever moves to the other client changes no argument: names, types and defaults are the same."""
    blocking, awaited = methods(C2CClient), methods(AsyncC2CClient)

    expected = {name: inspect.signature(method).parameters for name, method in blocking.items()}
    assert expected == {name: inspect.signature(method).parameters for name, method in awaited.items()}


@both_clients
def test_every_argument_is_named_at_the_call(kind: Kind):
    """No argument goes by its place: a vendor's new field cannot move the meaning of an old call."""
    found = {name: inspect.signature(method).parameters.values() for name, method in methods(kind).items()}

    assert {"KEYWORD_ONLY"} == {parameter.kind.name for parameters in found.values() for parameter in parameters}


@both_clients
@pytest.mark.parametrize("spelling", OTHER_SPELLINGS)
def test_one_thing_has_one_name(kind: Kind, spelling: str):
    """An ad is `adv_no`, an order `order_number`, a currency `fiat`, a payment method `pay_id`, and nothing else."""
    found = [name for name, method in methods(kind).items() if spelling in inspect.signature(method).parameters]

    assert [] == found


def test_paged_operations_start_at_the_first_page():
    """Whoever asks for no page gets the first; the history comes in hundreds, everything else in twenties."""
    parameters = {name: inspect.signature(method).parameters for name, method in methods(C2CClient).items()}
    paged = [row.name for row in TABLE.values() if row.extent == "paged"]

    found = {name: (parameters[name]["page"].default, parameters[name]["rows"].default) for name in paged}
    assert {name: (1, PAGES.get(name, {}).get("rows", 20)) for name in paged} == found
