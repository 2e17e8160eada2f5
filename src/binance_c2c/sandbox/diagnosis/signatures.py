"""Why a signature is wrong: tries known mistakes until one of them yields the signature that was sent."""

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
_NOT_IN_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_SHORTEST_PUBLIC_KEY_SIGNATURE = 80
LONGEST_GUESSED_ABOUT = 8_192
"""Bytes of a query. The work of guessing grows with its square, and no real query is longer."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a request was refused."""

    kinds: tuple[str, ...]
    """A short name for each mistake."""
    words: str
    """The cause and the remedy, as sentences."""
    proven: bool = True
    """Whether the cause is certain, and not a guess."""
    hashed: bytes | None = None
    """The string that the caller hashed or signed, if it is proven and differs from the one the gateway checked."""
    at: int | None = None
    """Index of the first wrong byte in the string that the gateway checked."""


class _Way(NamedTuple):
    """A way of signing: the mistakes it contains, and a test whether it yields the signature that was sent."""

    mistakes: tuple[Mistake, ...]
    yields_signature: Callable[[bytes], bool]


class _Verifier(Protocol):
    """Checks the signature that was sent against strings that may have been signed, for one kind of API key."""

    most_mistakes: int
    """Wrong ways of signing are tried only with strings that have at most this many mistakes: combinations are many."""

    def verdict(self) -> Diagnosis | None:
        """The mistake that the form of the signature proves by itself, if it does."""
        ...

    def ways(self) -> Sequence[_Way]:
        """Ways of signing, the right one first."""
        ...

    def describe(self, mistakes: Sequence[Mistake]) -> Sequence[Mistake]:
        """The mistakes, with messages that suit this kind of key."""
        ...

    def unexplained(self, at: int | None) -> Diagnosis:
        """The diagnosis of a signature that no known mistake yields."""
        ...


def expected_signature(secret: str, query: Query) -> str:
    """The HMAC-SHA256 signature that would have been right."""
    return hmac.digest(secret.encode(), query.payload, "sha256").hex()


def explain_signature(request: Request[Any], keyring: Keyring) -> Diagnosis:
    """The mistake that yields the signature that was sent; if none is found, the most likely cause."""
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
    """Try each string with each way of signing."""
    payload, ways = request.query.payload, verifier.ways()
    is_short = len(request.query.raw) <= LONGEST_GUESSED_ABOUT
    for guess in guesses(request) if is_short else [Guess(payload)]:
        for way in ways if len(guess.mistakes) <= verifier.most_mistakes else ways[:1]:
            if way.yields_signature(guess.payload):
                return _proven(request.query, guess, verifier.describe((*guess.mistakes, *way.mistakes)))
    return verifier.unexplained(first_difference(payload, _as_documented(payload)))


def _proven(query: Query, guess: Guess, mistakes: Sequence[Mistake]) -> Diagnosis:
    if not mistakes:
        return _right_but_not_encoded(query)
    at = first_difference(query.payload, guess.payload)
    return replace(_diagnosis_of(mistakes), hashed=None if at is None else guess.payload, at=at)


def _diagnosis_of(mistakes: Sequence[Mistake]) -> Diagnosis:
    return Diagnosis(tuple(mistake.kind for mistake in mistakes), " ".join(mistake.words for mistake in mistakes))


def _right_but_not_encoded(query: Query) -> Diagnosis:
    """The diagnosis of a right signature: the gateway refused it because the query is not percent-encoded."""
    at = query.encoded_length
    byte = query.payload[at : at + 1]
    if not byte:
        return Diagnosis(("unexplained",), "The signature is right: the refusal has another cause.")
    shown = byte.decode() if b"!" <= byte <= b"~" else f"0x{byte.hex()}"
    words = (
        f"The signature is right, but byte {at} of the query is a raw `{shown}`: percent-encode the query before you "
        f"sign it, `{shown}` as `{quote_from_bytes(byte, safe='')}`."
    )
    return Diagnosis(("not-encoded",), words, at=at)


def first_difference(one: bytes, other: bytes) -> int | None:
    """The index of the first byte that differs; the shorter length if that is all; None if equal."""
    if one == other:
        return None
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _as_documented(payload: bytes) -> bytes:
    """The query in the form that Binance's documents ask for: sorted and percent-encoded."""
    pairs = [part.partition(b"=") for part in payload.split(b"&")]
    return b"&".join(sorted(b"".join((_canonical(name), equals, _canonical(value))) for name, equals, value in pairs))


def _canonical(word: bytes) -> bytes:
    return quote_from_bytes(unquote_to_bytes(word.replace(b"+", b" ")), safe="").encode()


class _HmacVerifier:
    """Checks the signature for an API key that has a secret."""

    most_mistakes = 1

    def __init__(self, given: str, api_key: str, secrets: Mapping[str, str]) -> None:
        self._given = given
        self._api_key = api_key
        self._secrets = secrets

    def verdict(self) -> Diagnosis | None:
        return None

    def ways(self) -> Sequence[_Way]:
        return [_Way(mistakes, partial(self._is_digest, digest)) for mistakes, digest in self._digests()]

    def describe(self, mistakes: Sequence[Mistake]) -> Sequence[Mistake]:
        return mistakes

    def unexplained(self, at: int | None) -> Diagnosis:
        if not _HEX_SHA256.fullmatch(self._given):
            return Diagnosis(("not-a-signature",), _describe_non_hash(self._given))
        words = (
            "No known mistake yields this signature. Most likely you signed with a secret that does not belong to this "
            "API key, or the query was changed after you hashed it."
        )
        if at is not None:
            words += f" The query first differs from the form in the documents (sorted, percent-encoded) at byte {at}."
        return Diagnosis(("wrong-secret",), words, proven=False, at=at)

    def _is_digest(self, digest: Callable[[bytes], bytes], payload: bytes) -> bool:
        made = digest(payload)
        # A `+` of base64 that was not percent-encoded is read as a space.
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
            "You signed with the secret of another account: sign with the secret that belongs to the API key.",
        )
        for other_key, other in self._secrets.items():
            if other_key != self._api_key:
                yield (mistake,), partial(_hmac, "sha256", other.encode())
        mistake = Mistake("key-as-secret", "You signed with the API key: sign with the API secret.")
        yield (mistake,), partial(_hmac, "sha256", self._api_key.encode())
        mistake = Mistake(
            "secret-with-blanks",
            "You signed with a line break, a space or quotation marks around the API secret: remove them.",
        )
        for before, after in ((b"", b"\n"), (b"", b"\r\n"), (b"", b" "), (b" ", b""), (b'"', b'"'), (b"'", b"'")):
            yield (mistake,), partial(_hmac, "sha256", before + secret + after)
        mistake = Mistake(
            "not-hmac",
            "You used plain SHA-256 instead of HMAC-SHA256: use HMAC-SHA256 with the API secret as its key.",
        )
        yield (mistake,), lambda payload: hashlib.sha256(secret + payload).digest()
        yield (mistake,), lambda payload: hashlib.sha256(payload + secret).digest()
        yield (mistake,), lambda payload: hashlib.sha256(payload).digest()
        mistake = Mistake(
            "hmac-swapped", "You gave HMAC the query as its key and the secret as its message: swap them."
        )
        yield (mistake,), lambda payload: _hmac("sha256", payload, secret)
        mistake = Mistake("another-hash", "You used a hash other than SHA-256: use HMAC-SHA256.")
        for algorithm in ("sha512", "sha384", "sha1", "md5"):
            yield (mistake,), partial(_hmac, algorithm, secret)


def _hmac(algorithm: str, secret: bytes, payload: bytes) -> bytes:
    return hmac.digest(secret, payload, algorithm)


def _describe_non_hash(given: str) -> str:
    if len(given) >= _SHORTEST_PUBLIC_KEY_SIGNATURE and not _HEX.fullmatch(given):
        return (
            "This looks like the signature of an RSA or Ed25519 key, but this API key expects HMAC-SHA256. For an RSA "
            "or Ed25519 key you need another API key: `binance-c2c sandbox --public-key` or `register_key` gives one."
        )
    return f"The signature has to be 64 hexadecimal digits: this is another text, of {len(given)} characters."


_IN_HEX = Mistake("hex", "You sent the signature in hexadecimal digits: send it in base64.")
_RAW = {
    "+": Mistake("plus-not-encoded", "The signature has a raw `+`, which means a space in a query: send `%2B`."),
    "/": Mistake("slash-not-encoded", "The signature has a raw `/`: send `%2F`."),
    "=": Mistake("equals-not-encoded", "The signature has a raw `=`: send `%3D`."),
}
_REPAIRS: tuple[tuple[Mistake, Callable[[str], str]], ...] = (
    (
        Mistake(
            "signature-encoded-twice",
            "The signature was percent-encoded twice (`+` arrived as `%252B`): encode it once.",
        ),
        unquote,
    ),
    (
        Mistake("line-breaks", "The base64 of the signature has line breaks: send it as one line."),
        lambda text: text.replace("\r", "").replace("\n", ""),
    ),
    (
        Mistake("plus-not-encoded", "A `+` of the base64 was not percent-encoded and arrived as a space: send `%2B`."),
        lambda text: text.replace(" ", "+"),
    ),
    (
        Mistake(
            "url-safe", "You used URL-safe base64 (`-` and `_`): use standard base64 (`+` and `/`), percent-encoded."
        ),
        lambda text: text.replace("-", "+").replace("_", "/"),
    ),
    (
        Mistake("unpadded", "The `=` at the end of the base64 is missing: send it as `%3D`."),
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
"""What makes signatures of this many bytes."""


class _PublicKeyVerifier:
    """Checks the signature for an API key that was issued for a public key."""

    # Verifying a signature takes much longer than computing a hash.
    most_mistakes = 0

    def __init__(self, sent: bytes, key: PublicKey) -> None:
        self._sent = sent
        self._key = key
        mistakes, self._text = _repaired(sent)
        self._encoding_mistakes, self._signature = _decoded(mistakes, self._text, key)

    def verdict(self) -> Diagnosis | None:
        text, key, signature = self._text, self._key, self._signature
        if _HEX_SHA256.fullmatch(text):
            words = (
                "The signature is 64 hexadecimal digits, like one of HMAC-SHA256. This API key was issued for a public "
                f"key ({key.kind}): sign with its private key, and send base64. "
                "A client that uses the text of the PEM file as an HMAC secret makes this mistake."
            )
            return Diagnosis(("hmac-for-a-public-key",), words)
        if signature is None:
            return Diagnosis(("not-base64",), _describe_non_base64(self._sent))
        if len(signature) != key.size:
            return _diagnosis_of(
                [*self._encoding_mistakes, Mistake("another-size", _describe_size(len(signature), key))]
            )
        if text in {text.lower(), text.upper()} and not _HEX.fullmatch(text):
            words = (
                "The letters of the signature are all in one case: send the base64 as it is, with upper and lower case."
            )
            return _diagnosis_of([*self._encoding_mistakes, Mistake("case-lost", words)])
        return None

    def ways(self) -> Sequence[_Way]:
        signature = self._signature or b""

        def is_made(change: Callable[[bytes], bytes], payload: bytes) -> bool:
            return self._key.verifies(change(payload), signature)

        return [
            _Way((), partial(is_made, bytes)),
            _Way((_HASHED_FIRST,), partial(is_made, _sha256)),
            _Way((_HASHED_FIRST,), partial(is_made, _sha256_digits)),
            *_other_rsa_ways(self._key, signature),
        ]

    def describe(self, mistakes: Sequence[Mistake]) -> Sequence[Mistake]:
        # These keys sign the string itself, so "sign" replaces "hash" in messages that both kinds of keys share.
        signed = [
            mistake if mistake is _HASHED_FIRST else Mistake(mistake.kind, _in_words_of_signing(mistake))
            for mistake in mistakes
        ]
        return [*signed, *self._encoding_mistakes]

    def unexplained(self, at: int | None) -> Diagnosis:
        words = (
            "No known mistake yields this signature. Most likely you signed with a private key that does not belong to "
            "the uploaded public key, or the query was changed after you signed it."
        )
        return replace(
            _diagnosis_of([*self._encoding_mistakes, Mistake("wrong-private-key", words)]), proven=False, at=at
        )


_HASHED_FIRST = Mistake("hashed-first", "You signed the SHA-256 of the query: sign the query itself.")
_PSS = Mistake("pss", "You signed with PSS padding: use PKCS#1 v1.5.")
_OTHER_HASH = Mistake("another-hash", "You signed with a hash other than SHA-256: use SHA-256.")


def _sha256(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()


def _sha256_digits(payload: bytes) -> bytes:
    return hashlib.sha256(payload).hexdigest().encode()


def _in_words_of_signing(mistake: Mistake) -> str:
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
    """The diagnosis of a signature that is right for another API key than the one sent; None if it is not."""
    mistakes, text = _repaired(request.query.as_sent("signature"))
    own = keyring.public_keys.get(api_key)
    # A copy, since keys may be added during the search.
    for other, key in tuple(keyring.public_keys.items()):
        if own is not None and own.fingerprint == key.fingerprint:
            continue
        all_mistakes, signature = _decoded(mistakes, text, key)
        if signature is not None and key.verifies(request.query.payload, signature):
            words = f"You signed with the private key for the API key `{other}`: send that API key in `X-MBX-APIKEY`."
            return _diagnosis_of([*all_mistakes, Mistake("another-private-key", words)])
    return None


def _repaired(sent: bytes) -> tuple[list[Mistake], str]:
    """The mistakes in the encoding of a signature that can be undone, and its text with them undone."""
    mistakes = [mistake for char, mistake in _RAW.items() if char.encode() in sent]
    text = unquote_to_bytes(sent).decode("latin-1")
    for mistake, repair in _REPAIRS:
        repaired = repair(text)
        if repaired != text:
            mistakes.append(mistake)
            text = repaired
    return mistakes, text


def _decoded(mistakes: list[Mistake], text: str, key: PublicKey) -> tuple[list[Mistake], bytes | None]:
    """The mistakes, with one more for a signature in hexadecimal, and its bytes; None if it is not base64 either."""
    # Hexadecimal digits are base64 characters too, so only the length tells them apart.
    if len(text) == 2 * key.size and _HEX.fullmatch(text):
        return [*mistakes, _IN_HEX], bytes.fromhex(text)
    try:
        return mistakes, base64.b64decode(text, validate=True)
    except ValueError:
        return mistakes, None


def _describe_non_base64(sent: bytes) -> str:
    text = unquote_to_bytes(sent).decode("latin-1")
    bad = _NOT_IN_BASE64.search(text)
    if bad is None:
        words = f"its length ({len(text)} characters) is impossible, or a `=` is not at the end."
        return f"The signature is not base64: {words}"
    shown = bad[0] if "!" <= bad[0] <= "~" else f"0x{ord(bad[0]):02x}"
    return f"The signature is not base64: its character {bad.start()} is `{shown}`."


def _describe_size(size: int, key: PublicKey) -> str:
    words = f"The signature has {size} bytes, but signatures for this API key ({key.kind}) have {key.size}."
    maker = _MAKERS.get(size)
    cause = "It was cut or changed on the way." if maker is None else f"A signature of {size} bytes comes from {maker}."
    return f"{words} {cause}"
