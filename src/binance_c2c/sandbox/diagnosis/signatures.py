"""Why a signature is wrong: tries what may have been hashed, and how, until the signature that came comes out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

from binance_c2c.sandbox.diagnosis.case import Case, Diagnosis, first_difference
from binance_c2c.sandbox.diagnosis.guesses import Guess, Mistake, Sent, guesses
from binance_c2c.sandbox.gateway import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Digest = Callable[[bytes], bytes]

_HEX_SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
_SHORTEST_PUBLIC_KEY_SIGNATURE = 80
LONGEST_GUESSED_ABOUT = 8_192


def expected_signature(secret: str, query: bytes) -> str:
    """The signature that would have been right."""
    return _hmac("sha256", secret.encode(), Query(query).payload).hex()


def explain_signature(case: Case) -> Diagnosis:
    """The mistake that makes the signature that came, or what is known when none does."""
    query = Query(case.query)
    payload, given = query.payload, query.get("signature")
    # Guesses grow with the square of the query, and nobody's honest query is that long.
    found = _reproduced(case, payload, given) if len(case.query) <= LONGEST_GUESSED_ABOUT else None
    if found is None:
        return _unexplained(payload, given)
    guess, slips = found
    mistakes = (*guess.mistakes, *slips)
    if not mistakes:
        return right_but_raw(query)
    at = first_difference(payload, guess.payload)
    return Diagnosis(
        kinds=tuple(mistake.kind for mistake in mistakes),
        words=" ".join(mistake.words for mistake in mistakes),
        hashed=None if at is None else guess.payload,
        at=at,
    )


def _reproduced(case: Case, payload: bytes, given: str) -> tuple[Guess, tuple[Mistake, ...]] | None:
    """The guess whose hash is the signature that came."""
    digests = list(_digests(case))
    for guess in guesses(Sent(case.method, case.path, case.query, payload, case.body)):
        # A wrong secret is looked for beside at most one mistake in the payload: there is no end to combinations.
        for slips, digest in digests if len(guess.mistakes) <= 1 else digests[:1]:
            if _is(digest(guess.payload), given):
                return guess, slips
    return None


def _is(digest: bytes, given: str) -> bool:
    # A `+` of base64 that was not encoded is read as a space.
    return given.lower() == digest.hex() or given.replace(" ", "+") == base64.b64encode(digest).decode()


def _hmac(algorithm: str, secret: bytes, payload: bytes) -> bytes:
    return hmac.digest(secret, payload, algorithm)


def _digests(case: Case) -> Iterator[tuple[tuple[Mistake, ...], Digest]]:
    """Ways to hash, the right one first."""
    key = case.headers.get("x-mbx-apikey", "")
    secrets = case.keyring.secrets
    secret = secrets.get(key, "").encode()
    if _HEX_SHA256.fullmatch(Query(case.query).get("signature")):
        yield (), partial(_hmac, "sha256", secret)
    else:
        mistake = Mistake("base64", "You sent the hash in base64: it goes as hexadecimal digits.")
        yield (mistake,), partial(_hmac, "sha256", secret)
    mistake = Mistake("secret-of-another-account", "You signed with the secret of another account than the key's.")
    for other_key, other in secrets.items():
        if other_key != key:
            yield (mistake,), partial(_hmac, "sha256", other.encode())
    mistake = Mistake("key-as-secret", "You signed with the API key: sign with the API secret.")
    yield (mistake,), partial(_hmac, "sha256", key.encode())
    mistake = Mistake("secret-with-blanks", "There is a line end, a space or a quote around the secret you sign with.")
    for before, after in ((b"", b"\n"), (b"", b"\r\n"), (b"", b" "), (b" ", b""), (b'"', b'"'), (b"'", b"'")):
        yield (mistake,), partial(_hmac, "sha256", before + secret + after)
    mistake = Mistake("not-hmac", "You hashed secret and query in one: it is HMAC-SHA256, with the secret as its key.")
    yield (mistake,), lambda payload: hashlib.sha256(secret + payload).digest()
    yield (mistake,), lambda payload: hashlib.sha256(payload + secret).digest()
    yield (mistake,), lambda payload: hashlib.sha256(payload).digest()
    mistake = Mistake("hmac-swapped", "You gave HMAC the query as its key and the secret as the message: swap them.")
    yield (mistake,), lambda payload: _hmac("sha256", payload, secret)
    mistake = Mistake("another-hash", "You used another hash than SHA-256.")
    for algorithm in ("sha512", "sha384", "sha1", "md5"):
        yield (mistake,), partial(_hmac, algorithm, secret)


def right_but_raw(query: Query) -> Diagnosis:
    """The signature is right, so it is the spelling that the gateway refused."""
    at = query.well_encoded
    byte = query.payload[at : at + 1]
    if not byte:
        return Diagnosis(("unexplained",), "The signature is right: the sandbox was told to refuse it.")
    shown = byte.decode() if b"!" <= byte <= b"~" else f"0x{byte.hex()}"
    words = (
        f"The signature is right, but byte {at} is a raw `{shown}`: percent-encode the query before signing it, "
        f"with `{quote_from_bytes(byte, safe='')}` in this place."
    )
    return Diagnosis(("not-encoded",), words, at=at)


def _unexplained(payload: bytes, given: str) -> Diagnosis:
    if not _HEX_SHA256.fullmatch(given):
        return Diagnosis(("not-a-signature",), _form_of(given))
    wanted = as_asked_for(payload)
    at = first_difference(payload, wanted)
    words = (
        "None of the known mistakes makes this signature. Most likely the secret is another one than the key's, "
        "or the query was changed after it was hashed."
    )
    if at is None:
        return Diagnosis(("wrong-secret",), words, proven=False)
    words += f" The first byte that is not as the documents ask for (sorted, percent-encoded) is {at}."
    return Diagnosis(("wrong-secret",), words, proven=False, at=at)


def _form_of(given: str) -> str:
    if len(given) >= _SHORTEST_PUBLIC_KEY_SIGNATURE and not re.fullmatch(r"[0-9A-Fa-f]+", given):
        return (
            "This looks like the signature of an RSA or Ed25519 key, and this API key is of the HMAC kind. "
            "A public key has an API key of its own: `binance-c2c sandbox --public-key` and `register_key` give it."
        )
    return f"A signature is 64 hexadecimal digits; this one has {len(given)} characters."


def as_asked_for(payload: bytes) -> bytes:
    """The query as the documents ask for: sorted and percent-encoded."""
    pairs = [part.partition(b"=") for part in payload.split(b"&")]
    return b"&".join(sorted(b"".join((_canonical(name), equals, _canonical(value))) for name, equals, value in pairs))


def _canonical(word: bytes) -> bytes:
    return quote_from_bytes(unquote_to_bytes(word.replace(b"+", b" ")), safe="").encode()
