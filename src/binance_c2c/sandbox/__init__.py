"""A C2C exchange on your desk: the operations of the SDK, played in memory, in process or on a loopback port."""

from ._accounts import Key
from ._answers import Answer
from ._clock import Clock
from ._faults import Fault, FaultKind, Faults, Planned
from ._moves import MoveRefusedError, Moves
from ._sandbox import Sandbox
from ._server import serve, serve_forever
from ._transport import SandboxTransport
from ._wallet import Balance
from ._weights import Limits

__all__ = [
    "Answer",
    "Balance",
    "Clock",
    "Fault",
    "FaultKind",
    "Faults",
    "Key",
    "Limits",
    "MoveRefusedError",
    "Moves",
    "Planned",
    "Sandbox",
    "SandboxTransport",
    "serve",
    "serve_forever",
]
