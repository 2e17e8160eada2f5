"""Writes whose answer was lost: they are looked up, and it is said what is so."""

from collections.abc import Callable

from binance_c2c import errors
from binance_c2c.cli.shared.failures import CommandError, Status
from binance_c2c.cli.shared.shell import Shell

Look = Callable[[], str | None]
"""Asks the exchange. What is so, in words, if the write took effect; None where nothing of it is to be seen."""


def settled(shell: Shell, write: Callable[[], object], look: Look) -> object:
    """Do a write. Where its answer is lost, look whether it took effect.

    Returns what the write returned, None where its answer was lost and it took effect.

    Raises:
        CommandError: It is not known, or not to be seen, whether it took effect. Nothing is sent a second time.

    """
    try:
        return write()
    except errors.OutcomeUnknownError as lost:
        shell.say(
            f"The answer was lost ({lost.operation_id}); looking whether it took effect, and sending nothing again."
        )
        try:
            found = look()
        except errors.C2CError as error:
            message = (
                f"whether it took effect is not known, and could not be looked up: {error}. {lost.how_to_find_out}"
            )
            raise CommandError(message, Status.UNKNOWN) from error
        if found is None:
            message = f"nothing of it is to be seen so far; look again before you repeat it. {lost.how_to_find_out}"
            raise CommandError(message, Status.UNKNOWN) from lost
        shell.say(f"It took effect: {found}.")
        return None
