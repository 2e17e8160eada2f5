"""Commands about your three switches: presence, break and business."""

from binance_c2c import C2CClient
from binance_c2c.cli.shared.outcomes import settled
from binance_c2c.cli.shared.registry import Command, command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Record, word
from binance_c2c.models import BusinessStatus, OnlineStatus


@command("show", example="binance-c2c merchant show --sandbox")
def show(shell: Shell) -> Record:
    """Show whether your business is open, on a break or closed, and whether you are online."""
    with shell.client() as client:
        return _state(client)


def _state(client: C2CClient) -> Record:
    me, merchant = client.users.me(), client.merchant.profile().merchant
    return Record(
        {
            "nickname": me.nick_name or me.nickname,
            "business": word(me.business_status),
            "presence": None if merchant is None else word(merchant.online_status),
        }
    )


def _switch(name: str, method: str, about: str, will: str, reached: BusinessStatus | OnlineStatus | None) -> Command:
    field = "presence" if isinstance(reached, OnlineStatus) else "business"

    def switch(shell: Shell) -> Record:
        with shell.client() as client:

            def look() -> str | None:
                found = _state(client).fields[field]
                return f"{field} is {found}" if found == word(reached) else None

            shell.confirm([f"This {will}."])
            settled(shell, getattr(client.merchant, method), look)
            return _state(client)

    switch.__doc__ = about
    return command(name, asks=True, example=f"binance-c2c merchant {name} --sandbox --yes")(switch)


COMMANDS = (
    show,
    _switch("online", "go_online", "Be shown as online.", "shows you as online", OnlineStatus.ONLINE),
    _switch("offline", "go_offline", "Be shown as offline.", "shows you as offline", OnlineStatus.OFFLINE),
    _switch("rest", "start_rest", "Take a break.", "hides all your ads until the break ends", BusinessStatus.ON_BREAK),
    _switch("back", "end_rest", "End the break.", "ends the break and shows your ads again", BusinessStatus.OPEN),
    _switch("open", "start_business", "Open business.", "opens your business", BusinessStatus.OPEN),
    _switch("close", "close_business", "Close business.", "closes your business", BusinessStatus.CLOSED),
)
