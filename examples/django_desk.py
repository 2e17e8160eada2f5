"""A Django site with the account's orders, which a Celery task fetches every minute.

    python examples/django_desk.py    fetches once, without a worker, and prints the page of orders
    cd examples; celery --app django_desk worker --beat    fetches every minute

With BINANCE_API_KEY and BINANCE_API_SECRET from the exchange, without them from a sandbox. CELERY_BROKER is the URL of
a Redis, DESK_DATABASE the file of the database. Needs `pip install "binance-c2c[redis,sandbox]" celery django`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import django
from celery import Celery
from django.conf import settings
from django.db import OperationalError, connection, models
from django.http import HttpRequest, JsonResponse
from django.test import Client
from django.urls import path

from binance_c2c import C2CClient, errors

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

settings.configure(
    ALLOWED_HOSTS=["testserver", "localhost"],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DESK_DATABASE", ":memory:")}
    },
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()

BROKER = os.environ.get("CELERY_BROKER", "redis://localhost:6379/0")
celery = Celery("django_desk", broker=BROKER, backend=BROKER)
celery.conf.beat_schedule = {"every minute": {"task": "django_desk.fetch_orders", "schedule": 60.0}}


class Order(models.Model):
    """One order of the history. Its number is the key, so that fetching it again updates it and adds no second one."""

    number: models.CharField[str, str] = models.CharField(max_length=20, primary_key=True)
    side: models.CharField[str, str] = models.CharField(max_length=4)
    status: models.CharField[str, str] = models.CharField(max_length=20)
    total: models.DecimalField[Decimal, Decimal] = models.DecimalField(max_digits=30, decimal_places=8)
    fiat: models.CharField[str, str] = models.CharField(max_length=10)
    placed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Where the model belongs: this file is the whole app."""

        app_label = "desk"

    def __str__(self) -> str:
        return self.number


@cache
def client() -> C2CClient:
    """The client of this process. Celery's workers fork, and each goes on with connections of its own."""
    return C2CClient.from_env() if "BINANCE_API_KEY" in os.environ else sandbox_client()


# A task that only reads may be repeated after any lost answer. A task that writes, such as a release, must not if its
# outcome is unknown: it needs dont_autoretry_for=(errors.OutcomeUnknownError,) too.
@celery.task(
    name="django_desk.fetch_orders", autoretry_for=(errors.TransportError, errors.RateLimitError), max_retries=5
)
def fetch_orders() -> int:
    """Write the orders of the last 30 days into the database, and return their number."""
    rows = list(client().orders.iterate_history())
    for row in rows:
        about = {
            "side": row.trade_type,
            "status": row.order_status,
            "total": row.total_price,
            "fiat": row.fiat,
            "placed_at": row.create_time,
        }
        Order.objects.update_or_create(number=row.order_number, defaults=about)
    return len(rows)


def orders(_: HttpRequest) -> JsonResponse:
    """Answer with all orders in the database, the newest first."""
    rows = Order.objects.order_by("-placed_at").values("number", "side", "status", "total", "fiat")
    return JsonResponse({"orders": list(rows)})


urlpatterns = [path("orders", orders)]


def sandbox_client() -> C2CClient:
    """A client of a sandbox in which two orders were traded."""
    from binance_c2c.sandbox import Sandbox  # noqa: PLC0415 - on the exchange it is not needed

    sandbox = Sandbox(empty=True)
    adv_no = sandbox.moves.post_ad("merchant", "SELL", price="18.45", amount=500, smallest=500, largest=5000)
    numbers = [sandbox.moves.place("taker", adv_no, total_amount=total) for total in (1845, 738)]
    sandbox.moves.mark_paid(numbers[0])
    sandbox.moves.release(numbers[0])
    return C2CClient.in_sandbox(sandbox)


if Order._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 - Django documents the name
    # A larger site has migrations for this. Another process may create the table at the same moment.
    with suppress(OperationalError), connection.schema_editor() as editor:
        editor.create_model(Order)

if __name__ == "__main__":
    print(f"fetched  {fetch_orders.apply().get()} orders")
    for order in Client().get("/orders").json()["orders"]:
        print(f"{order['number']}  {order['side']} {order['total']} {order['fiat']}, {order['status']}")
