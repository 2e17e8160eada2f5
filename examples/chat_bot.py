"""A bot that sells coins: it writes to buyers how to pay, takes their receipts, and releases when the money is there.

    python examples/chat_bot.py

With BINANCE_API_KEY and BINANCE_API_SECRET it works on the exchange, without them in a sandbox with a made-up buyer.
Needs `pip install "binance-c2c[chat,sandbox]"`. A receipt alone releases nothing: anybody can fake one. It also takes
a confirmation that the money is there, for which `ask_person` asks: put your bank's API in its place.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from getpass import getpass

from binance_c2c import AsyncC2CClient, errors
from binance_c2c.chat import AsyncChatConnection, Message
from binance_c2c.sandbox import Sandbox, serve
from binance_c2c.watch import OrderEvent, OrderEventKind
from binance_c2c_sapi.models import OrderDetail

TOTAL = 1845


class Bot:
    """Handles the orders in which the account sells, from the first message to the release."""

    def __init__(self, client: AsyncC2CClient, approve: Callable[[OrderDetail], Awaitable[str]]) -> None:
        self._client = client
        self._approve = approve
        self._with_receipt, self._tried = set[str](), set[str]()

    async def run(self, *, in_sandbox: bool = False) -> None:
        """Work until an error that needs a person; in a sandbox on this machine, until an order is released."""
        async with self._client.chat.connect(allow_loopback=in_sandbox) as chat, asyncio.TaskGroup() as tasks:
            # After a chat message about an order the watch polls at once.
            watch = self._client.orders.watch(chat=chat)
            listening = tasks.create_task(self._listen(chat))
            async for event in watch:
                await self._handle(chat, event)
                if in_sandbox and event.kind is OrderEventKind.RELEASED:
                    watch.stop()
            listening.cancel()

    async def _listen(self, chat: AsyncChatConnection) -> None:
        async for event in chat:
            if isinstance(event, Message) and event.frame.type == "image" and not event.is_own:
                print(f"{event.order_number}  a receipt came")
                self._with_receipt.add(event.order_number)
                await self._release_if_paid(chat, event.order_number)

    async def _handle(self, chat: AsyncChatConnection, event: OrderEvent) -> None:
        number, order = event.order_number, event.order
        print(f"{number}  {event.kind}")
        if event.late or order.trade_type != "SELL":
            return
        if event.kind is OrderEventKind.NEW:
            await chat.send_text(number, f"Please pay {order.total_price} {order.fiat}, and send the receipt here.")
        elif event.kind is OrderEventKind.PAID:
            await self._release_if_paid(chat, number)
        elif event.kind in {OrderEventKind.DISPUTED, OrderEventKind.UNKNOWN}:
            print(f"{number}  hands off: a person has to look")

    async def _release_if_paid(self, chat: AsyncChatConnection, number: str) -> None:
        order = await self._client.orders.get(order_number=number)
        is_due = order.order_status.is_paid and order.trade_type == "SELL"
        if not is_due or number not in self._with_receipt or number in self._tried:
            return
        # Before anything is awaited, so that an order is tried only once, whatever happens.
        self._tried.add(number)
        if not (code := await self._approve(order)):
            await chat.send_text(number, "I do not see your payment. A person will look at it.")
            return
        try:
            await self._client.orders.release(order_number=number, auth_type="GOOGLE", google_verify_code=code)
        except errors.OutcomeUnknownError as lost:
            print(f"{number}  whether it is released is not known: {lost.how_to_find_out}")
        else:
            await chat.send_text(number, "Received and released. Thank you!")


async def ask_person(order: OrderDetail) -> str:
    """The authenticator's one-time code, from a person who has checked the bank account; an empty text means no."""
    money = f"{order.total_price} {order.fiat} from {order.buyer_name}"
    return await asyncio.to_thread(getpass, f"{order.order_number}  if you have {money}, the authenticator's code: ")


async def against_a_sandbox() -> None:
    """Sell to a buyer who places an order, reads how to pay, pays, and sends a receipt."""
    sandbox = Sandbox(empty=True)

    async def bank(order: OrderDetail) -> str:
        return "000000" if order.total_price == TOTAL else ""

    async def buyer(client: AsyncC2CClient) -> None:
        adv_no = sandbox.moves.post_ad("merchant", "SELL", price="18.45", amount=500, smallest=500, largest=5000)
        async with client.chat.connect(allow_loopback=True) as chat:
            number = sandbox.moves.place("taker", adv_no, total_amount=TOTAL)
            async for event in chat:
                if isinstance(event, Message) and event.text and not event.is_own:
                    print(f"{number}  the buyer reads: {event.text}")
                    if "pay" not in event.text:
                        return
                    sandbox.moves.mark_paid(number)
                    sandbox.moves.send_receipt("taker", number)

    with serve(sandbox) as url:
        keys = (sandbox.keys["merchant"], sandbox.keys["taker"])
        merchant, taker = (AsyncC2CClient(api_key=k.api_key, api_secret=k.api_secret, base_url=url) for k in keys)
        async with merchant, taker:
            await asyncio.gather(Bot(merchant, bank).run(in_sandbox=True), buyer(taker))


async def against_the_exchange() -> None:
    """Sell for real; a person types the code once the money is there."""
    async with AsyncC2CClient.from_env() as client:
        await Bot(client, ask_person).run()


if __name__ == "__main__":
    asyncio.run(against_the_exchange() if "BINANCE_API_KEY" in os.environ else against_a_sandbox())
