"""A bot that watches orders and is killed, over and over, while they change."""

import json
import sqlite3
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from binance_c2c.sandbox import Sandbox, serve

BOT = """
import sqlite3, sys
from binance_c2c import C2CClient

base_url, key, secret, path = sys.argv[1:]
ledger = sqlite3.connect(path, isolation_level=None)
ledger.execute("CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, key TEXT, kind TEXT, about TEXT)")
ledger.execute("CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), checkpoint TEXT)")
saved = ledger.execute("SELECT checkpoint FROM state").fetchone()
with C2CClient(api_key=key, api_secret=secret, base_url=base_url) as client:
    watch = client.orders.watch(checkpoint=saved and saved[0], every=0.02, at_most=0.02)
    for event in watch:
        ledger.execute("BEGIN IMMEDIATE")
        row = event.key, event.kind, event.order_number
        ledger.execute("INSERT INTO events (key, kind, about) VALUES (?, ?, ?)", row)
        ledger.execute("INSERT OR REPLACE INTO state VALUES (1, ?)", (watch.checkpoint(),))
        ledger.execute("COMMIT")
        print(event.key, flush=True)
"""


def test_a_killed_bot_misses_nothing_and_does_nothing_twice(tmp_path: Path):
    """Killed after every few events, with events and checkpoint in one transaction: each change is there once."""
    sandbox = Sandbox(empty=True, limits=None)
    ad = sandbox.moves.post_ad("merchant", "SELL", price="20", amount=4000, smallest=20, largest=2000)
    path, key = tmp_path / "ledger.db", sandbox.keys["merchant"]
    numbers = list[str]()
    with serve(sandbox) as base_url:
        command = [sys.executable, "-c", BOT, base_url, key.api_key, key.api_secret, str(path)]
        for round_number in range(5):
            numbers.append(sandbox.moves.place("taker", ad, total_amount=200))
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bot:
                assert bot.stdout is not None
                assert f"{numbers[-1]}:new\n" == _told(bot, f"{numbers[-1]}:new")
                sandbox.moves.mark_paid(numbers[-1])
                if round_number % 2:
                    assert _told(bot, f"{numbers[-1]}:paid")
                bot.kill()
            sandbox.moves.release(numbers[-1])
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bot:
            assert _told(bot, f"{numbers[-1]}:released")
            bot.kill()
    told = defaultdict[str, list[str]](list)
    with sqlite3.connect(path) as ledger:
        for about, kind in ledger.execute("SELECT about, kind FROM events ORDER BY number"):
            told[about].append(kind)
        checkpoint = json.loads(ledger.execute("SELECT checkpoint FROM state").fetchone()[0])
    ledger.close()

    assert {number: ["new", "paid", "released"] for number in numbers} == told
    assert {} == checkpoint["open"]


def _told(bot: "subprocess.Popen[str]", key: str) -> str:
    """The line with which the bot tells of this event; others come before it."""
    assert bot.stdout is not None
    return next((line for line in bot.stdout if line.startswith(key)), "")
