"""Sends a write, and if its answer is lost, asks the exchange whether it took effect."""

from collections.abc import Callable

from binance_c2c import errors
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.shell import Shell

Look = Callable[[], str | None]
"""Asks the exchange whether a write took effect. Returns in words the state it led to, or None if none is seen."""


def send_and_verify(shell: Shell, write: Callable[[], object], look: Look) -> object:
    """Send a write. If its answer is lost, check whether it took effect.

    Returns the result of the write; None if its answer was lost and it took effect.

    Raises:
        CommandError: Whether it took effect is not known. The write is not sent a second time.

    """
    try:
        return write()
    except errors.OutcomeUnknownError as lost:
        shell.say(
            f"The answer to {lost.operation_id} was lost. Checking whether it took effect; nothing is sent again."
        )
        try:
            found = look()
        except errors.C2CError as error:
            message = (
                f"whether the call took effect is not known, and checking it failed: {error}. {lost.how_to_find_out}"
            )
            raise CommandError(message, Status.UNKNOWN) from error
        if found is None:
            message = f"the call has shown no effect so far; check again before you repeat it. {lost.how_to_find_out}"
            raise CommandError(message, Status.UNKNOWN) from lost
        shell.say(f"It took effect: {found}.")
        return None
