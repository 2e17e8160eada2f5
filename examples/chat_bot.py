"""A bot that sells coins and talks: it says how to pay, takes the receipt, and releases when the money is there.

    python examples/chat_bot.py

With BINANCE_API_KEY and BINANCE_API_SECRET on the exchange, without them in a sandbox of its own with a buyer.
Needs `pip install "binance-c2c[chat,sandbox]"`. A receipt alone releases nothing: anybody can paint one. The rule is
a receipt and the bank's own word, which `ask_person` gives here: put your bank's API in its place.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from decimal import Decimal
from getpass import getpass

from binance_c2c import AsyncC2CClient, errors
from binance_c2c.chat import AsyncChatConnection, Message
from binance_c2c.sandbox import Sandbox, serve
from binance_c2c.watch import OrderEvent, OrderEventKind
from binance_c2c_sapi.models import OrderDetail

BankSays = Callable[[OrderDetail], Awaitable[bool]]
TOTAL = Decimal(1845)
OneTimeCode = Callable[[str], Awaitable[str]]


class Bot:
    """Carries the orders in which the account sells from the first word to the last."""

    def __init__(self, client: AsyncC2CClient, money_is_there: BankSays, code: OneTimeCode) -> None:
        self._client = client
        self._money_is_there = money_is_there
        self._code = code
        self._with_receipt = set[str]()
        self._tried = set[str]()

    async def run(self, *, until_released: int = 0, allow_loopback: bool = False) -> None:
        """Work until as many orders are released; with 0 until an error comes that needs a person."""
        async with self._client.chat.connect(allow_loopback=allow_loopback) as chat, asyncio.TaskGroup() as tasks:
            # What the chat tells of an order, the watch looks at without waiting for its next poll.
            watch = self._client.orders.watch(chat=chat)
            listening = tasks.create_task(self._listen(chat))
            released = 0
            async for event in watch:
                await self._handle(chat, event)
                released += event.kind is OrderEventKind.RELEASED
                if 0 < until_released <= released:
                    watch.stop()
            listening.cancel()

    async def _listen(self, chat: AsyncChatConnection) -> None:
        async for event in chat:
            if isinstance(event, Message) and event.frame.type == "image" and not event.is_own:
                print(f"{event.order_number}  a receipt came")
                self._with_receipt.add(event.order_number)
                await self._consider(chat, event.order_number)

    async def _handle(self, chat: AsyncChatConnection, event: OrderEvent) -> None:
        number, order = event.order_number, event.order
        print(f"{number}  {event.kind}")
        if event.late or order.trade_type != "SELL":
            return
        if event.kind is OrderEventKind.NEW:
            await chat.send_text(number, f"Please pay {order.total_price} {order.fiat}, and send the receipt here.")
        elif event.kind is OrderEventKind.PAID:
            await self._consider(chat, number)
        elif event.kind in {OrderEventKind.DISPUTED, OrderEventKind.UNKNOWN}:
            print(f"{number}  hands off: a person has to look")

    async def _consider(self, chat: AsyncChatConnection, number: str) -> None:
        order = await self._client.orders.get(order_number=number)
        is_due = order.order_status.is_paid and order.trade_type == "SELL"
        if not is_due or number not in self._with_receipt or number in self._tried:
            return
        # Before anything is awaited: whatever comes of it, this program does not try a second time.
        self._tried.add(number)
        if not await self._money_is_there(order):
            await chat.send_text(number, "I do not see your payment. A person will look at it.")
            return
        try:
            code = await self._code(number)
            await self._client.orders.release(order_number=number, auth_type="GOOGLE", google_verify_code=code)
        except errors.OutcomeUnknownError as lost:
            print(f"{number}  whether it is released is not known: {lost.how_to_find_out}")
        else:
            await chat.send_text(number, "Received and released. Thank you!")


async def ask_person(order: OrderDetail) -> bool:
    """Whether somebody sees the payment on the account."""
    question = f"{order.order_number}  are {order.total_price} {order.fiat} from {order.buyer_name} there? (yes/no) "
    return await asyncio.to_thread(input, question) == "yes"


async def ask_code(number: str) -> str:
    """The one-time code of the authenticator, typed unseen."""
    return await asyncio.to_thread(getpass, f"{number}  code of the authenticator: ")


async def against_a_sandbox() -> None:
    """Sell to a buyer who places an order, reads how to pay, pays, and sends a receipt."""
    sandbox = Sandbox(empty=True)
    merchant, taker = sandbox.keys["merchant"], sandbox.keys["taker"]

    async def bank(order: OrderDetail) -> bool:
        return order.total_price == TOTAL

    async def code(_: str) -> str:
        return "000000"

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
        async with (
            AsyncC2CClient(api_key=merchant.api_key, api_secret=merchant.api_secret, base_url=url) as seller,
            AsyncC2CClient(api_key=taker.api_key, api_secret=taker.api_secret, base_url=url) as other,
        ):
            bot = Bot(seller, bank, code)
            await asyncio.gather(bot.run(until_released=1, allow_loopback=True), buyer(other))


async def against_the_exchange() -> None:
    """Sell for real; a person says whether the money is there, and types the code."""
    async with AsyncC2CClient.from_env() as client:
        await Bot(client, ask_person, ask_code).run()


if __name__ == "__main__":
    asyncio.run(against_the_exchange() if "BINANCE_API_KEY" in os.environ else against_a_sandbox())
