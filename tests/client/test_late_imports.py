"""Modules are loaded before a request is sent: afterwards a process may be unable to, and an answer would be lost."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, json, logging, sys
import httpx
from binance_c2c import AsyncC2CClient, C2CClient, RetryPolicy, errors
from tests.support.clients import gateway, order_data, yes
from tests.support.wire import HANG_UP, Wire, reply

kind, given, answer = sys.argv[1:]
answers = {
    "yes": reply(yes(True)),
    "an order": reply(yes(order_data())),
    "no": reply({"code": 83230, "message": "resting"}, 400),
    "wrapped": reply(gateway(-9000, "83230 resting"), 400),
    "too many": reply(gateway(-1003, "Too many requests"), 429, [("Retry-After", "1")]),
    "off": reply(gateway(-1021, "outside of the recvWindow"), 400),
    "nonsense": reply(b"<html>"),
    "half": reply(b'{"code": "\\\\ud83d"}'),
    "none": HANG_UP,
}
known = set()

def answered(request):
    if not known:
        known.update(sys.modules)
    return reply({"serverTime": 1_795_820_989_510}) if request.path.endswith("/time") else answers[answer]

def act(client):
    named = {"order_number": "1"}
    return client.orders.get(**named) if answer == "an order" else client.orders.release(**named)

async def main(settings):
    if given == "http":
        settings["http"] = httpx.AsyncClient(trust_env=False)
    await act(AsyncC2CClient(**settings))

with Wire(then=answered) as wire:
    settings = {
        "api_key": "k" * 64,
        "api_secret": "s" * 64,
        "base_url": wire.url,
        "retry": RetryPolicy(attempts=1),
        "timeout": 120.0,
        "on_response": lambda event: None,
    }
    try:
        if kind == "async":
            asyncio.run(main(settings))
        else:
            if given == "http":
                settings["http"] = httpx.Client(trust_env=False)
            act(C2CClient(**settings))
    except errors.C2CError:
        pass
    late = sorted({*sys.modules} - known)
assert known
print(json.dumps(late))
"""
ANSWERS = ("yes", "an order", "no", "wrapped", "too many", "off", "nonsense", "half", "none")


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("given", ["own", "http"])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_nothing_is_loaded_once_a_request_has_been_sent(kind: str, given: str, answer: str):
    """Whatever the first answer is, the modules that read it are there before."""
    command = [sys.executable, "-c", PROGRAM, kind, given, answer]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
    assert [] == json.loads(done.stdout)
