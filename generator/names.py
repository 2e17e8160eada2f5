"""Converts the vendor's names to Python's spelling."""

import re

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+|[0-9]+")


def snake_case(name: str) -> str:
    """`advNo` as `adv_no`, `finishRateLatest30Day` as `finish_rate_latest30_day`."""
    return "_".join(word.lower() for word in _WORD.findall(name))


def constant_case(name: str) -> str:
    """`orders.mark_paid` as `ORDERS_MARK_PAID`."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).upper()


def class_case(name: str) -> str:
    """`payment_methods` as `PaymentMethods`."""
    return "".join(part.capitalize() for part in name.replace(".", "_").split("_"))
