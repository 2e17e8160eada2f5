"""Why a signature is not one of an uploaded public key: its notation first, then what was signed, and how."""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_to_bytes

from binance_c2c.sandbox.diagnosis.case import Case, Diagnosis, first_difference
from binance_c2c.sandbox.diagnosis.guesses import Guess, Mistake, Sent, guesses
from binance_c2c.sandbox.diagnosis.signatures import LONGEST_GUESSED_ABOUT, as_asked_for, right_but_raw
from binance_c2c.sandbox.gateway import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from binance_c2c.sandbox.gateway import PublicKey

_HEX = re.compile(r"[0-9A-Fa-f]+")
_FOREIGN = re.compile(r"[^A-Za-z0-9+/=]")
_HMAC_DIGITS = 64
_MAKERS = {
    32: "HMAC-SHA256",
    64: "an Ed25519 key",
    256: "an RSA key of 2048 bits",
    384: "an RSA key of 3072 bits",
    512: "an RSA key of 4096 bits",
}
"""What makes signatures of so many bytes."""


def explain_key_signature(case: Case, key: PublicKey) -> Diagnosis:
    """The mistake that makes the signature that came, or what is known when none does."""
    query = Query(case.query)
    slips, text = _spelt(query.as_sent("signature"))
    if len(text) == _HMAC_DIGITS and _HEX.fullmatch(text):
        words = (
            "These are 64 hexadecimal digits, as HMAC-SHA256 makes them. This API key belongs to a public key "
            f"({key.kind}): sign with its private key, and send base64. "
            "A client that takes a key in PEM for an API secret does this."
        )
        return Diagnosis(("hmac-for-a-public-key",), words)
    slips, signature = _decoded(slips, text, key)
    if signature is None:
        return Diagnosis(("not-base64",), _what_is_no_base64(query.as_sent("signature")))
    if len(signature) != key.size:
        return _of(slips, Mistake("another-size", _size(len(signature), key)))
    if text in {text.lower(), text.upper()} and not _HEX.fullmatch(text):
        return _of(slips, Mistake("case-lost", "All letters of the signature have one case: in base64 it matters."))
    return _explained(case, query, key, slips, signature)


def signed_by_another(case: Case) -> Diagnosis | None:
    """That the signature is right, for another API key than the one that came with it; None if it is not."""
    query, sent = Query(case.query), case.headers.get("x-mbx-apikey", "")
    keys = case.keyring.public_keys
    slips, text = _spelt(query.as_sent("signature"))
    # A copy: keys may join while this one is looked for.
    for api_key, key in tuple(keys.items()):
        if sent in keys and keys[sent].fingerprint == key.fingerprint:
            continue
        slips_too, signature = _decoded(slips, text, key)
        if signature is not None and key.verifies(query.payload, signature):
            words = (
                f"You signed with the private key for the API key `{api_key}`: `X-MBX-APIKEY` has to carry that one."
            )
            return _of(slips_too, Mistake("another-private-key", words))
    return None


def _explained(case: Case, query: Query, key: PublicKey, slips: list[Mistake], signature: bytes) -> Diagnosis:
    guess, way = _found(case, query.payload, key, signature)
    if guess is None and way is None:
        at = first_difference(query.payload, as_asked_for(query.payload))
        found = _of(slips, Mistake("wrong-private-key", _UNEXPLAINED))
        return Diagnosis(found.kinds, found.words, proven=False, at=at)
    signed = query.payload if guess is None else guess.payload
    mistakes = [*(() if guess is None else map(_of_signing, guess.mistakes)), *([way] if way else []), *slips]
    if not mistakes:
        return right_but_raw(query)
    at = first_difference(query.payload, signed)
    return Diagnosis(
        kinds=tuple(mistake.kind for mistake in mistakes),
        words=" ".join(mistake.words for mistake in mistakes),
        hashed=None if at is None else signed,
        at=at,
    )


_UNEXPLAINED = (
    "None of the known mistakes makes this signature. Most likely it was made with another private key than the one "
    "whose public key was uploaded, or the query was changed after it was signed."
)
_HASHED_FIRST = Mistake("hashed-first", "You signed the SHA-256 of the query: sign the query itself.")
_PSS = Mistake("pss", "You signed with the padding PSS: it is PKCS#1 v1.5.")
_OTHER_HASH = Mistake("another-hash", "You signed with another hash than SHA-256.")
_IN_HEX = Mistake("hex", "You sent the signature in hexadecimal digits: it goes in base64.")

_RAW = {
    "+": Mistake("plus-not-encoded", "The signature has a raw `+`, which a query takes for a space: send `%2B`."),
    "/": Mistake("slash-not-encoded", "The signature has a raw `/`: send `%2F`."),
    "=": Mistake("equals-not-encoded", "The signature has a raw `=`: send `%3D`."),
}
_REPAIRS: tuple[tuple[Mistake, Callable[[str], str]], ...] = (
    (Mistake("signature-encoded-twice", "The signature was percent-encoded twice: `+` arrived as `%252B`."), unquote),
    (
        Mistake("line-breaks", "There are line breaks in the base64: it goes in one line."),
        lambda text: text.replace("\r", "").replace("\n", ""),
    ),
    (
        Mistake("plus-not-encoded", "A `+` of the base64 was not percent-encoded and arrived as a space: send `%2B`."),
        lambda text: text.replace(" ", "+"),
    ),
    (
        Mistake("url-safe", "You used the base64 for URLs, with `-` and `_`: it is the one with `+` and `/`, encoded."),
        lambda text: text.replace("-", "+").replace("_", "/"),
    ),
    (
        Mistake("unpadded", "The `=` at the end of the base64 is missing: send it, as `%3D`."),
        lambda text: text + "=" * (-len(text) % 4),
    ),
)


def _spelt(sent: bytes) -> tuple[list[Mistake], str]:
    """The mistakes of notation that can be undone, and the signature without them."""
    slips = [mistake for char, mistake in _RAW.items() if char.encode() in sent]
    text = unquote_to_bytes(sent).decode("latin-1")
    for mistake, repair in _REPAIRS:
        repaired = repair(text)
        if repaired != text:
            slips.append(mistake)
            text = repaired
    return slips, text


def _decoded(slips: list[Mistake], text: str, key: PublicKey) -> tuple[list[Mistake], bytes | None]:
    """The signature's bytes, with one more mistake where they came in hexadecimal; None for neither notation."""
    # Digits are letters of base64 too, so only their number tells.
    if len(text) == 2 * key.size and _HEX.fullmatch(text):
        return [*slips, _IN_HEX], bytes.fromhex(text)
    try:
        return slips, base64.b64decode(text, validate=True)
    except ValueError:
        return slips, None


def _what_is_no_base64(sent: bytes) -> str:
    text = unquote_to_bytes(sent).decode("latin-1")
    foreign = _FOREIGN.search(text)
    if foreign is None:
        words = f"{len(text)} characters of it are no whole number of bytes, or a `=` stands before its end."
        return f"The signature is not base64: {words}"
    shown = foreign[0] if "!" <= foreign[0] <= "~" else f"0x{ord(foreign[0]):02x}"
    return f"The signature is not base64: its character {foreign.start()} is `{shown}`."


def _size(size: int, key: PublicKey) -> str:
    words = f"The signature has {size} bytes, and those of this API key ({key.kind}) have {key.size}."
    maker = _MAKERS.get(size)
    return f"{words} It was cut or changed on its way." if maker is None else f"{words} {size} are what {maker} makes."


def _found(case: Case, payload: bytes, key: PublicKey, signature: bytes) -> tuple[Guess | None, Mistake | None]:
    """What was signed, or the other way in which the right string was."""
    # As with hashes, nobody's honest query is that long.
    if len(case.query) <= LONGEST_GUESSED_ABOUT:
        for guess in guesses(Sent(case.method, case.path, case.query, payload, case.body)):
            if key.verifies(guess.payload, signature):
                return guess, None
    return None, _other_way(payload, key, signature)


def _other_way(payload: bytes, key: PublicKey, signature: bytes) -> Mistake | None:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512  # noqa: PLC0415

    digest = hashlib.sha256(payload)
    if any(key.verifies(hashed, signature) for hashed in (digest.digest(), digest.hexdigest().encode())):
        return _HASHED_FIRST
    if isinstance(key.key, RSAPublicKey):
        pss = PSS(MGF1(SHA256()), PSS.AUTO)
        ways = ((_PSS, pss, SHA256()), (_OTHER_HASH, PKCS1v15(), SHA384()), (_OTHER_HASH, PKCS1v15(), SHA512()))
        for mistake, padding, algorithm in ways:
            with suppress(InvalidSignature):
                key.key.verify(signature, payload, padding, algorithm)
                return mistake
    return None


def _of_signing(mistake: Mistake) -> Mistake:
    """What is told of hashing, told of signing: here the string itself is signed."""
    return Mistake(mistake.kind, mistake.words.replace("hash", "sign"))


def _of(slips: list[Mistake], last: Mistake) -> Diagnosis:
    mistakes = (*slips, last)
    return Diagnosis(tuple(mistake.kind for mistake in mistakes), " ".join(mistake.words for mistake in mistakes))
