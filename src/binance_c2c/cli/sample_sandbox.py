"""The sandbox exchange of `--sandbox`, with sample ads and orders of the merchant."""

from binance_c2c.sandbox import Sandbox

SELL_AD, BUY_AD = "12784000000000000013", "12784000000000000014"
COMPLETED, TO_RELEASE, TO_BE_PAID, TO_PAY = (f"2278400000000000000{number}" for number in range(1, 5))


def sample_sandbox() -> Sandbox:
    """A sandbox with two ads of the merchant and an order in each state, with the numbers defined above."""
    sandbox = Sandbox()
    moves = sandbox.moves
    selling = moves.post_ad("merchant", "SELL", price="18.45", amount=500, smallest=500, largest=5000)
    buying = moves.post_ad("merchant", "BUY", price="18.05", amount=500, smallest=500, largest=5000)
    for number, steps in ((selling, (moves.mark_paid, moves.release)), (selling, (moves.mark_paid,)), (selling, ())):
        order = moves.place("taker", number, total_amount=1845)
        for step in steps:
            step(order)
    moves.place("taker", buying, total_amount=1805)
    moves.say("taker", TO_RELEASE, "I have paid, please look.")
    return sandbox
