"""The commands `merchant …`: go online or offline, take a break, open or close the business."""

from binance_c2c import C2CClient
from binance_c2c.cli.shared.outcomes import send_and_verify
from binance_c2c.cli.shared.registry import Command, command
from binance_c2c.cli.shared.shell import Shell
from binance_c2c.cli.shared.values import Record, label
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
            "business": label(me.business_status),
            "presence": None if merchant is None else label(merchant.online_status),
        }
    )


def _state_command(
    name: str, method: str, about: str, action: str, reached: BusinessStatus | OnlineStatus | None
) -> Command:
    field = "presence" if isinstance(reached, OnlineStatus) else "business"

    def switch(shell: Shell) -> Record:
        with shell.client() as client:

            def look() -> str | None:
                found = _state(client).fields[field]
                return f"{field} is {found}" if found == label(reached) else None

            shell.confirm([f"This {action}."])
            send_and_verify(shell, getattr(client.merchant, method), look)
            return _state(client)

    switch.__doc__ = about
    return command(name, asks=True, example=f"binance-c2c merchant {name} --sandbox --yes")(switch)


COMMANDS = (
    show,
    _state_command("online", "go_online", "Be shown as online.", "shows you as online", OnlineStatus.ONLINE),
    _state_command("offline", "go_offline", "Be shown as offline.", "shows you as offline", OnlineStatus.OFFLINE),
    _state_command(
        "rest", "start_rest", "Take a break.", "hides all your ads until the break ends", BusinessStatus.ON_BREAK
    ),
    _state_command(
        "back", "end_rest", "End the break.", "ends the break and shows your ads again", BusinessStatus.OPEN
    ),
    _state_command("open", "start_business", "Open business.", "opens your business", BusinessStatus.OPEN),
    _state_command("close", "close_business", "Close business.", "closes your business", BusinessStatus.CLOSED),
)
