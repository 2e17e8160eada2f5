"""Rate limits: what is used up, budgets, and sharing both between processes."""

from binance_c2c._limits.fleet import AsyncLink, Consult, Fleet, Halt, Link, Names, Standing
from binance_c2c._limits.usage import Budget, Limit, Limits

__all__ = ["AsyncLink", "Budget", "Consult", "Fleet", "Halt", "Limit", "Limits", "Link", "Names", "Standing"]
