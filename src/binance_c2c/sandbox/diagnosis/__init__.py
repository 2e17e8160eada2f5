"""Why a request was refused, and which known mistake gives exactly the signature it came with."""

from binance_c2c.sandbox.diagnosis.case import Case, Diagnosis, first_difference
from binance_c2c.sandbox.diagnosis.explain import diagnose, explain_key, remarks
from binance_c2c.sandbox.diagnosis.signatures import expected_signature

__all__ = ["Case", "Diagnosis", "diagnose", "expected_signature", "explain_key", "first_difference", "remarks"]
