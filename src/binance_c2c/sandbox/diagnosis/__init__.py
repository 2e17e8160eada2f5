"""The diagnosis: why a request was refused, in words."""

from binance_c2c.sandbox.diagnosis.explain import diagnose, explain_key, remarks
from binance_c2c.sandbox.diagnosis.signatures import Diagnosis, expected_signature, first_difference

__all__ = ["Diagnosis", "diagnose", "expected_signature", "explain_key", "first_difference", "remarks"]
