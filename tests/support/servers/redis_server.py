"""A real Redis that lives as long as a test, on a socket of its own and without a file."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
import redis

FROM_PORT_TO_BUS = 10_000
"""The servers of a cluster talk to each other on a port that is so much higher."""
READY = "ready to accept connections"


class RedisServer:
    """Runs while its `with` block lasts; killed and started again in between, it has forgotten everything."""

    def __init__(self, **settings: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._folder}/socket"

    def start(self) -> None:
        settings = {"port": "0", "unixsocket": f"{self._folder}/socket", "dir": str(self._folder), "save": ""}
        settings.update({name.replace("_", "-"): value for name, value in self._settings.items()})
        command = ["redis-server", *(part for name, value in settings.items() for part in (f"--{name}", value))]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        seen: list[str] = []
        for line in self._process.stdout:
            seen.append(line)
            if READY in line.lower():
                return
        raise AssertionError("redis-server ended:\n" + "".join(seen))

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def stop(self) -> None:
        """Suspend it: it takes connections but does not answer, until `go_on`."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, decode_responses=True)

    def contents(self) -> dict[Any, Any]:
        """Every key and its value."""
        with self.client() as client:
            return {key: _value(client, key) for key in client.keys("*")}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self._folder)


def _value(client: Any, key: object) -> Any:
    match client.type(key):
        case "hash":
            return client.hgetall(key)
        case "zset":
            return dict(client.zrange(key, 0, -1, withscores=True))
        case _:
            return client.get(key)


def free_cluster_port() -> int:
    """A port for a server of a cluster: it is free, and so is the one for the bus of the cluster."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port: int = server.getsockname()[1]
            with suppress(OSError, OverflowError), socket.create_server(("127.0.0.1", port + FROM_PORT_TO_BUS)):
                return port


def need_redis() -> None:
    """Skip a test where there is no Redis to be started; in CI there always is."""
    if shutil.which("redis-server") is None:
        message = "redis-server is missing; on Debian: apt-get install redis-server"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
