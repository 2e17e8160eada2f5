"""Why a signature is wrong: tries what may have been signed, and how, until the signature that was sent comes out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import quote_from_bytes, unquote, unquote_to_bytes

from binance_c2c.sandbox.diagnosis.guesses import Guess, Mistake, guesses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from binance_c2c.sandbox.gateway import Keyring, PublicKey, Query, Request

_HEX = re.compile(r"[0-9A-Fa-f]+")
_HEX_SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
_FOREIGN_TO_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_SHORTEST_PUBLIC_KEY_SIGNATURE = 80
LONGEST_GUESSED_ABOUT = 8_192
"""Bytes of a query. Guesses grow with its square, and no honest query is longer."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a request was refused."""

    kinds: tuple[str, ...]
    """A short name for each mistake."""
    words: str
    """The cause and the remedy, as sentences."""
    proven: bool = True
    """Whether it is known, not guessed."""
    hashed: bytes | None = None
    """The string the caller hashed or signed, where that is proven and another one than the gateway's."""
    at: int | None = None
    """Index of the first byte, in the string the gateway checked, that is not as it should be."""


class _Way(NamedTuple):
    """One way to make a signature, with the mistakes in it, and whether it makes the one that was sent."""

    mistakes: tuple[Mistake, ...]
    makes_it: Callable[[bytes], bool]


class _Verifier(Protocol):
    """Checks the signature that was sent against strings that may have been signed, for one kind of API key."""

    most_mistakes: int
    """In a string, for which ways other than the right one are tried too: there is no end to combinations."""

    def verdict(self) -> Diagnosis | None:
        """The mistake that the form of the signature alone proves."""
        ...

    def ways(self) -> Sequence[_Way]:
        """Ways to make a signature, the right one first."""
        ...

    def told(self, mistakes: Sequence[Mistake]) -> Sequence[Mistake]:
        """The mistakes, described for this kind of key."""
        ...

    def unexplained(self, at: int | None) -> Diagnosis:
        """The explanation for a signature that no known mistake makes."""
        ...


def expected_signature(secret: str, query: Query) -> str:
    """The HMAC-SHA256 signature that would have been right."""
    return hmac.digest(secret.encode(), query.payload, "sha256").hex()


def explain_signature(request: Request[Any], keyring: Keyring) -> Diagnosis:
    """The mistake that makes the signature that was sent, or what is known where none does."""
    api_key = request.headers.get("x-mbx-apikey", "")
    public_key = keyring.public_keys.get(api_key)
    another = _made_for_another_key(request, keyring, api_key)
    if another is not None:
        return another
    verifier: _Verifier
    if public_key is None:
        verifier = _HmacVerifier(request.query.get("signature"), api_key, keyring.secrets)
    else:
        verifier = _PublicKeyVerifier(request.query.as_sent("signature"), public_key)
    return verifier.verdict() or _search(request, verifier)


def _search(request: Request[Any], verifier: _Verifier) -> Diagnosis:
    """Try each string with each way to sign it."""
    payload, ways = request.query.payload, verifier.ways()
    is_short = len(request.query.raw) <= LONGEST_GUESSED_ABOUT
    for guess in guesses(request) if is_short else [Guess(payload)]:
        for way in ways if len(guess.mistakes) <= verifier.most_mistakes else ways[:1]:
            if way.makes_it(guess.payload):
                return _proven(request.query, guess, verifier.told((*guess.mistakes, *way.mistakes)))
    return verifier.unexplained(first_difference(payload, _as_documented(payload)))


def _proven(query: Query, guess: Guess, mistakes: Sequence[Mistake]) -> Diagnosis:
    if not mistakes:
        return _right_but_raw(query)
    at = first_difference(query.payload, guess.payload)
    return replace(_of(mistakes), hashed=None if at is None else guess.payload, at=at)


def _of(mistakes: Sequence[Mistake]) -> Diagnosis:
    return Diagnosis(tuple(mistake.kind for mistake in mistakes), " ".join(mistake.words for mistake in mistakes))


def _right_but_raw(query: Query) -> Diagnosis:
    """The signature is right, so it is the spelling of the query that the gateway refused."""
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


def first_difference(one: bytes, other: bytes) -> int | None:
    """The index of the first byte that differs; the end of the shorter one where that is all; None if equal."""
    if one == other:
        return None
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _as_documented(payload: bytes) -> bytes:
    """The query as the documents ask for it: sorted and percent-encoded."""
    pairs = [part.partition(b"=") for part in payload.split(b"&")]
    return b"&".join(sorted(b"".join((_canonical(name), equals, _canonical(value))) for name, equals, value in pairs))


def _canonical(word: bytes) -> bytes:
    return quote_from_bytes(unquote_to_bytes(word.replace(b"+", b" ")), safe="").encode()


class _HmacVerifier:
    """Checks signatures of API keys that have a secret."""

    most_mistakes = 1

    def __init__(self, given: str, api_key: str, secrets: Mapping[str, str]) -> None:
        self._given = given
        self._api_key = api_key
        self._secrets = secrets

    def verdict(self) -> Diagnosis | None:
        return None

    def ways(self) -> Sequence[_Way]:
        return [_Way(mistakes, partial(self._is_made_by, digest)) for mistakes, digest in self._digests()]

    def told(self, mistakes: Sequence[Mistake]) -> Sequence[Mistake]:
        return mistakes

    def unexplained(self, at: int | None) -> Diagnosis:
        if not _HEX_SHA256.fullmatch(self._given):
            return Diagnosis(("not-a-signature",), _what_is_no_hash(self._given))
        words = (
            "None of the known mistakes makes this signature. Most likely the secret is another one than the key's, "
            "or the query was changed after it was hashed."
        )
        if at is not None:
            words += f" The first byte that differs from the form in the documents (sorted, percent-encoded) is {at}."
        return Diagnosis(("wrong-secret",), words, proven=False, at=at)

    def _is_made_by(self, digest: Callable[[bytes], bytes], payload: bytes) -> bool:
        made = digest(payload)
        # A `+` of base64 that was not encoded is read as a space.
        return self._given.lower() == made.hex() or self._given.replace(" ", "+") == base64.b64encode(made).decode()

    def _digests(self) -> Iterator[tuple[tuple[Mistake, ...], Callable[[bytes], bytes]]]:
        secret = self._secrets.get(self._api_key, "").encode()
        if _HEX_SHA256.fullmatch(self._given):
            yield (), partial(_hmac, "sha256", secret)
        else:
            mistake = Mistake("base64", "You sent the hash in base64: send it as hexadecimal digits.")
            yield (mistake,), partial(_hmac, "sha256", secret)
        mistake = Mistake(
            "secret-of-another-account",
            "You signed with the secret of another account, not the one that the API key belongs to.",
        )
        for other_key, other in self._secrets.items():
            if other_key != self._api_key:
                yield (mistake,), partial(_hmac, "sha256", other.encode())
        mistake = Mistake("key-as-secret", "You signed with the API key: sign with the API secret.")
        yield (mistake,), partial(_hmac, "sha256", self._api_key.encode())
        mistake = Mistake(
            "secret-with-blanks",
            "There is a line break, a space or a quotation mark around the secret that you sign with.",
        )
        for before, after in ((b"", b"\n"), (b"", b"\r\n"), (b"", b" "), (b" ", b""), (b'"', b'"'), (b"'", b"'")):
            yield (mistake,), partial(_hmac, "sha256", before + secret + after)
        mistake = Mistake(
            "not-hmac",
            "You hashed the secret and the query as one text: use HMAC-SHA256, with the secret as its key.",
        )
        yield (mistake,), lambda payload: hashlib.sha256(secret + payload).digest()
        yield (mistake,), lambda payload: hashlib.sha256(payload + secret).digest()
        yield (mistake,), lambda payload: hashlib.sha256(payload).digest()
        mistake = Mistake(
            "hmac-swapped", "You gave HMAC the query as its key and the secret as the message: swap them."
        )
        yield (mistake,), lambda payload: _hmac("sha256", payload, secret)
        mistake = Mistake("another-hash", "You used a hash other than SHA-256.")
        for algorithm in ("sha512", "sha384", "sha1", "md5"):
            yield (mistake,), partial(_hmac, algorithm, secret)


def _hmac(algorithm: str, secret: bytes, payload: bytes) -> bytes:
    return hmac.digest(secret, payload, algorithm)


def _what_is_no_hash(given: str) -> str:
    if len(given) >= _SHORTEST_PUBLIC_KEY_SIGNATURE and not _HEX.fullmatch(given):
        return (
            "This looks like the signature of an RSA or Ed25519 key, and this API key is of the HMAC kind. "
            "A public key has an API key of its own: `binance-c2c sandbox --public-key` and `register_key` give it."
        )
    return f"A signature is 64 hexadecimal digits; this one has {len(given)} characters."


_IN_HEX = Mistake("hex", "You sent the signature in hexadecimal digits: send it in base64.")
_RAW = {
    "+": Mistake("plus-not-encoded", "The signature has a raw `+`, which a query takes for a space: send `%2B`."),
    "/": Mistake("slash-not-encoded", "The signature has a raw `/`: send `%2F`."),
    "=": Mistake("equals-not-encoded", "The signature has a raw `=`: send `%3D`."),
}
_REPAIRS: tuple[tuple[Mistake, Callable[[str], str]], ...] = (
    (Mistake("signature-encoded-twice", "The signature was percent-encoded twice: `+` arrived as `%252B`."), unquote),
    (
        Mistake("line-breaks", "There are line breaks in the base64: send it in one line."),
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
_MAKERS = {
    32: "HMAC-SHA256",
    64: "an Ed25519 key",
    256: "an RSA key of 2048 bits",
    384: "an RSA key of 3072 bits",
    512: "an RSA key of 4096 bits",
}
"""The algorithms, by the number of bytes of their signatures."""


class _PublicKeyVerifier:
    """Checks signatures of API keys that belong to an uploaded public key."""

    # Checking one takes many times as long as a hash.
    most_mistakes = 0

    def __init__(self, sent: bytes, key: PublicKey) -> None:
        self._sent = sent
        self._key = key
        self._slips, self._text = _repaired(sent)
        self._slips, self._signature = _decoded(self._slips, self._text, key)

    def verdict(self) -> Diagnosis | None:
        text, key, signature = self._text, self._key, self._signature
        if _HEX_SHA256.fullmatch(text):
            words = (
                "These are 64 hexadecimal digits, as HMAC-SHA256 makes them. This API key belongs to a public key "
                f"({key.kind}): sign with its private key, and send base64. "
                "A client that takes a key in PEM for an API secret does this."
            )
            return Diagnosis(("hmac-for-a-public-key",), words)
        if signature is None:
            return Diagnosis(("not-base64",), _what_is_no_base64(self._sent))
        if len(signature) != key.size:
            return _of([*self._slips, Mistake("another-size", _size(len(signature), key))])
        if text in {text.lower(), text.upper()} and not _HEX.fullmatch(text):
            words = "All letters of the signature are upper case or all are lower case: base64 needs both."
            return _of([*self._slips, Mistake("case-lost", words)])
        return None

    def ways(self) -> Sequence[_Way]:
        signature = self._signature or b""

        def of(change: Callable[[bytes], bytes], payload: bytes) -> bool:
            return self._key.verifies(change(payload), signature)

        return [
            _Way((), partial(of, bytes)),
            _Way((_HASHED_FIRST,), partial(of, _sha256)),
            _Way((_HASHED_FIRST,), partial(of, _sha256_digits)),
            *_other_rsa_ways(self._key, signature),
        ]

    def told(self, mistakes: Sequence[Mistake]) -> Sequence[Mistake]:
        # With these keys the string itself is signed.
        signed = [
            mistake if mistake is _HASHED_FIRST else Mistake(mistake.kind, _of_signing(mistake)) for mistake in mistakes
        ]
        return [*signed, *self._slips]

    def unexplained(self, at: int | None) -> Diagnosis:
        words = (
            "None of the known mistakes makes this signature. Most likely it was made with another private key than "
            "the one whose public key was uploaded, or the query was changed after it was signed."
        )
        return replace(_of([*self._slips, Mistake("wrong-private-key", words)]), proven=False, at=at)


_HASHED_FIRST = Mistake("hashed-first", "You signed the SHA-256 of the query: sign the query itself.")
_PSS = Mistake("pss", "You signed with PSS padding: use PKCS#1 v1.5.")
_OTHER_HASH = Mistake("another-hash", "You signed with a hash other than SHA-256.")


def _sha256(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()


def _sha256_digits(payload: bytes) -> bytes:
    return hashlib.sha256(payload).hexdigest().encode()


def _of_signing(mistake: Mistake) -> str:
    return mistake.words if mistake is _OTHER_HASH else mistake.words.replace("hash", "sign")


def _other_rsa_ways(key: PublicKey, signature: bytes) -> Iterator[_Way]:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512  # noqa: PLC0415

    rsa = key.key
    if not isinstance(rsa, RSAPublicKey):
        return

    def is_made(padding: PSS | PKCS1v15, algorithm: SHA256 | SHA384 | SHA512, payload: bytes) -> bool:
        with suppress(InvalidSignature):
            rsa.verify(signature, payload, padding, algorithm)
            return True
        return False

    yield _Way((_PSS,), partial(is_made, PSS(MGF1(SHA256()), PSS.AUTO), SHA256()))
    yield _Way((_OTHER_HASH,), partial(is_made, PKCS1v15(), SHA384()))
    yield _Way((_OTHER_HASH,), partial(is_made, PKCS1v15(), SHA512()))


def _made_for_another_key(request: Request[Any], keyring: Keyring, api_key: str) -> Diagnosis | None:
    """The diagnosis that the signature is right for another API key than the one sent; None if it is not."""
    slips, text = _repaired(request.query.as_sent("signature"))
    own = keyring.public_keys.get(api_key)
    # A copy, since keys may be added during the search.
    for other, key in tuple(keyring.public_keys.items()):
        if own is not None and own.fingerprint == key.fingerprint:
            continue
        all_slips, signature = _decoded(slips, text, key)
        if signature is not None and key.verifies(request.query.payload, signature):
            words = f"You signed with the private key for the API key `{other}`: `X-MBX-APIKEY` has to carry that one."
            return _of([*all_slips, Mistake("another-private-key", words)])
    return None


def _repaired(sent: bytes) -> tuple[list[Mistake], str]:
    """The mistakes in the notation of a signature that can be undone, and the signature without them."""
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
    foreign = _FOREIGN_TO_BASE64.search(text)
    if foreign is None:
        words = f"{len(text)} characters do not make a whole number of bytes, or a `=` stands before the end."
        return f"The signature is not base64: {words}"
    shown = foreign[0] if "!" <= foreign[0] <= "~" else f"0x{ord(foreign[0]):02x}"
    return f"The signature is not base64: its character {foreign.start()} is `{shown}`."


def _size(size: int, key: PublicKey) -> str:
    words = f"The signature has {size} bytes, and those of this API key ({key.kind}) have {key.size}."
    maker = _MAKERS.get(size)
    return f"{words} It was cut or changed on the way." if maker is None else f"{words} {size} are what {maker} makes."
