"""Public keys in the sandbox: uploaded by every way in, and what their private keys sign goes through the gate."""

import asyncio
import base64
import hashlib
import http.client
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c import C2CClient
from binance_c2c.cli.command import main
from binance_c2c.errors import AuthenticationError, C2CError
from binance_c2c.sandbox import Sandbox, serve
from binance_c2c.sandbox.diagnosis.explain import diagnose
from binance_c2c.sandbox.diagnosis.signatures import explain_signature
from binance_c2c.sandbox.gateway.keys import Keyring
from binance_c2c.sandbox.gateway.messages import Query, Request
from binance_c2c.sandbox.inspector.api import control
from binance_c2c.sandbox.inspector.views import detail
from tests.support.clients import Kind, both_clients, run
from tests.support.key_pairs import pem, private, public_pem
from tests.support.sandbox_client import OPERATIONS_BY_HAND, START_MS, Clock, signed
from tests.support.servers.commands import serving

if TYPE_CHECKING:
    from types import TracebackType

MINE = OPERATIONS_BY_HAND["payment_methods.mine"][1]
TIME = f"timestamp={START_MS}"
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)


def signature(made: str, payload: str | bytes) -> bytes:
    content = payload.encode() if isinstance(payload, str) else payload
    if made == "rsa":
        return bytes(private(made).sign(content, padding.PKCS1v15(), hashes.SHA256()))
    return bytes(private(made).sign(content))


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def sent(made: str, query: str, signed_text: str | bytes | None = None) -> str:
    """A query with its signature, which may be one over another text."""
    return f"{query}&signature={quote(in_base64(signature(made, signed_text or query)), safe='')}"


class Desk:
    """A sandbox in which the merchant has uploaded one key."""

    def __init__(self, made: str) -> None:
        self.sandbox = Sandbox(now=Clock())
        self.api_key = self.sandbox.register_key("merchant", public_pem(made))

    @property
    def keyring(self) -> Keyring:
        return self.sandbox.journal.keyring

    def told(self, query: str, body: bytes = b"", api_key: str = "") -> Any:
        """What the page says of a request, as JSON has it."""
        headers = {"x-mbx-apikey": api_key or self.api_key, "clienttype": "web"}
        self.sandbox.handle("GET", MINE, query.encode(), headers, body)
        record = self.sandbox.journal.after(0)[-1]
        return json.loads(json.dumps(detail(record, self.sandbox.journal.keyring)))

    def request(self, query: bytes) -> Request[Any]:
        headers = {"x-mbx-apikey": self.api_key, "clienttype": "web"}
        return Request("GET", MINE, Query(query), headers, b"", START_MS, START_MS)

    def kinds(self, query: str, **more: Any) -> list[str]:
        shown = self.told(query, **more)
        assert "-1022" == shown["code"], shown
        assert shown["diagnosis"]["proven"]
        found: list[str] = shown["diagnosis"]["kinds"]
        return found


@pytest.fixture(params=["ed25519", "rsa"])
def made(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.mark.parametrize("account", ["merchant", "taker"])
@both_clients
def test_a_client_with_a_private_key_is_let_in(kind: Kind, account: str, made: str, tmp_path: Path):
    """Over a port, as whoever uploaded the public key, with the client as it is used on the exchange."""
    sandbox = Sandbox()
    file = tmp_path / "key.pem"
    file.write_text(pem(made))
    pair = {"api_key": sandbox.register_key(account, public_pem(made)), "api_secret": file}
    with serve(sandbox) as url:
        nick, history = run(
            kind,
            url,
            lambda c: c.users.me(),
            lambda c: c.orders.history(trade_type="BUY", page=1),
            **pair,
        )
    _, *records = sandbox.journal.after(0)

    assert (f"Sandbox{account.capitalize()}", 0) == (nick.nick_name, len(history))
    shown = detail(records[-1], sandbox.journal.keyring)
    assert (account, False) == (shown["account"], shown["refused"])


@both_clients
def test_a_client_in_the_process_signs_with_a_private_key(kind: Kind, made: str):
    """`in_sandbox` takes the pair as any other, and a private key that is not the public one's is refused."""
    sandbox = Sandbox()
    own = sandbox.register_key("taker", public_pem(made).encode())
    foreign = sandbox.register_key("taker", public_bytes(Ed25519PrivateKey.generate()))
    right, wrong = (mine(kind, sandbox, api_key=key, api_secret=pem(made)) for key in (own, foreign))

    assert 1 == len(right)
    assert (AuthenticationError, -1022) == (type(wrong), wrong.code)


def mine(kind: Kind, sandbox: Sandbox, **pair: Any) -> Any:
    """The payment methods, or the error that a client with this pair meets."""
    if issubclass(kind, C2CClient):
        with kind.in_sandbox(sandbox, **pair) as client:
            return attempt(client.payment_methods.mine)

    async def ask() -> Any:
        async with kind.in_sandbox(sandbox, **pair) as client:
            try:
                return await client.payment_methods.mine()
            except C2CError as error:
                return error

    return asyncio.run(ask())


def attempt(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except C2CError as error:
        return error


def test_the_same_key_has_the_same_api_key_everywhere(made: str):
    """However often, in which form and sandbox it is uploaded; each account has another, and neither is HMAC's."""
    first, second = Sandbox(), Sandbox()
    keys = [
        first.register_key("merchant", public_pem(made)),
        first.register_key("merchant", f"\n{public_pem(made)}\n".encode()),
        second.register_key("merchant", public_pem(made)),
        second.register_key("taker", public_pem(made)),
    ]

    assert 2 == len(set(keys)) == len({keys[0], keys[3]})
    assert [keys[0]] == [key for key in dict.fromkeys(keys) if key == keys[1]]
    assert {64} == {len(key) for key in keys}
    assert [1, 0] == [len(first._exchange.accounts[name].public_keys) for name in first.keys]
    assert set(keys).isdisjoint(pair.api_key for pair in first.keys.values())


def test_the_older_form_of_an_rsa_key_is_read():
    """`BEGIN RSA PUBLIC KEY`, which some programs write, is the same key."""
    older = private("rsa").public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()

    assert Sandbox().register_key("taker", public_pem("rsa")) == Sandbox().register_key("taker", older)


def test_hmac_goes_on_beside_it(made: str):
    """The account's own pair is as good as before, and either signature with the other key is refused."""
    desk = Desk(made)
    pair = desk.sandbox.keys["merchant"]
    by_hmac = signed(pair.api_secret, TIME).decode()

    assert "000000" == desk.told(by_hmac, api_key=pair.api_key)["code"] == desk.told(sent(made, TIME))["code"]
    assert ["hmac-for-a-public-key"] == desk.kinds(by_hmac)
    assert ["another-private-key"] == desk.kinds(sent(made, TIME), api_key=pair.api_key)


@pytest.mark.parametrize("query", [TIME, f"note=a%20b%2F&{TIME}", f"note=a+b&{TIME}", f"z=1&{TIME}&a=%c3%a9"])
def test_the_raw_query_is_what_is_verified(query: str, made: str):
    """Whatever its order and spelling, and wherever the signature stands; one byte more is refused."""
    desk = Desk(made)
    front = "&".join(reversed(sent(made, query).rsplit("&", 1)))

    assert {"000000"} == {desk.told(one)["code"] for one in (sent(made, query), front)}
    assert "-1022" == desk.told(sent(made, query, f"{query}0"))["code"]


def test_what_was_verified_is_shown(made: str):
    """The string, by which key, whether it was genuine, and the signature as it came: of good requests and of bad."""
    desk = Desk(made)
    query = sent(made, TIME)
    good, bad = (desk.told(one)["signature"] for one in (query, query.replace(TIME, f"a=1&{TIME}")))
    der = private(made).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = {"kind": {"rsa": "RSA", "ed25519": "Ed25519"}[made], "fingerprint": hashlib.sha256(der).hexdigest()}

    assert {**key, "genuine": True} == good["public_key"]
    assert {**key, "genuine": False} == bad["public_key"]
    assert (None, query.rpartition("=")[2], TIME) == (good["expected"], good["got"], good["payload"]["before"])


def twice_encoded(text: str) -> str:
    return quote(quote(text, safe=""), safe="")


def lines_of(text: str) -> str:
    return quote(f"{text[:40]}\n{text[40:]}\n", safe="")


NOTATIONS: dict[str, tuple[list[str], Callable[[str], str]]] = {
    "a raw +": (["plus-not-encoded"], lambda text: quote(text, safe="+")),
    "a raw /": (["slash-not-encoded"], lambda text: quote(text, safe="/")),
    "a raw =": (["equals-not-encoded"], lambda text: quote(text, safe="=")),
    "as it is": (["plus-not-encoded", "slash-not-encoded", "equals-not-encoded"], str),
    "a space": (["plus-not-encoded"], lambda text: quote(text.replace("+", " "), safe="")),
    "twice": (["signature-encoded-twice"], twice_encoded),
    "lines": (["line-breaks"], lines_of),
    "for URLs": (["url-safe"], lambda text: quote(text.replace("+", "-").replace("/", "_"), safe="")),
    "no padding": (["unpadded"], lambda text: text.rstrip("=").replace("+", "%2B").replace("/", "%2F")),
    "hexadecimal": (["hex"], lambda text: base64.b64decode(text).hex()),
    "in small letters": (["case-lost"], lambda text: quote(text.lower(), safe="")),
    "cut": (["another-size"], lambda text: quote(text[:40], safe="")),
    "cut in a byte": (["not-base64"], lambda text: quote(text.rstrip("=")[:41], safe="")),
    "a word": (["not-base64"], lambda _: "wrong!"),
    "no text": (["not-base64"], lambda _: "%00%FF"),
}


@pytest.mark.parametrize("what", NOTATIONS)
def test_another_notation_is_refused_and_named(what: str, made: str):
    """A signature that is right in itself, and not in base64 that is percent-encoded once."""
    desk, (kinds, write) = Desk(made), NOTATIONS[what]
    # One whose base64 has both letters that a URL cannot hold.
    query, text = next(
        (query, text)
        for query in (f"{TIME}&n={count}" for count in range(1_000))
        if {"+", "/"} < set(text := in_base64(signature(made, query)))
    )

    assert kinds == desk.kinds(f"{query}&signature={write(text)}")


def test_where_it_stops_to_be_base64_is_told():
    """The first character that is none of it, also one that cannot be shown."""
    desk = Desk("ed25519")
    words = [desk.told(f"{TIME}&signature={text}")["diagnosis"]["words"] for text in ("ab!c", "a%00bc", "abcde")]

    assert ["its character 2 is `!`.", "its character 1 is `0x00`."] == [one.partition(": ")[2] for one in words[:2]]
    assert "its length (" in words[2]


@pytest.mark.parametrize(
    ("kind", "query", "text"),
    [
        ("hashed-unencoded", f"note=a%20b%2F&{TIME}", f"note=a b/&{TIME}"),
        ("plus-sent", f"note=a+b&{TIME}", f"note=a%20b&{TIME}"),
        ("unsorted", f"{TIME}&note=1", f"note=1&{TIME}"),
        ("body-signed", TIME, f'{TIME}{{"a":1}}'),
        ("hashed-first", TIME, hashlib.sha256(TIME.encode()).digest()),
        ("hashed-first", TIME, hashlib.sha256(TIME.encode()).hexdigest()),
    ],
)
def test_another_string_than_the_sent_one_was_signed(kind: str, query: str, text: str | bytes, made: str):
    """Each way to sign another string is named, in words of signing, and the string is shown."""
    shown = Desk(made).told(sent(made, query, text), body=b'{"a":1}')

    assert ([kind], True) == (shown["diagnosis"]["kinds"], shown["diagnosis"]["proven"])
    assert "You signed" in shown["diagnosis"]["words"]
    assert "hash" not in shown["diagnosis"]["words"]
    other = shown["signature"]["hashed"]
    assert kind == "hashed-first" or text == other["before"] + other["byte"] + other["rest"]


def test_mistakes_of_string_and_notation_are_both_told(made: str):
    """Signed decoded, and sent with a raw `=`."""
    text = in_base64(signature(made, f"note=a b&{TIME}"))
    query = f"note=a%20b&{TIME}&signature={quote(text, safe='=')}"

    assert ["hashed-unencoded", "equals-not-encoded"] == Desk(made).kinds(query)


def test_a_raw_query_is_refused_though_its_signature_is_right(made: str):
    """What should have been percent-encoded is pointed at."""
    shown = Desk(made).told(sent(made, f"note=a'&{TIME}"))

    assert (["not-encoded"], 6) == (shown["diagnosis"]["kinds"], shown["signature"]["payload"]["at"])
    assert True is shown["signature"]["public_key"]["genuine"]


@pytest.mark.parametrize(
    ("kind", "scheme"),
    [
        ("pss", (PSS, hashes.SHA256())),
        ("another-hash", (padding.PKCS1v15(), hashes.SHA384())),
        ("another-hash", (padding.PKCS1v15(), hashes.SHA512())),
    ],
)
def test_another_way_of_rsa_is_named(kind: str, scheme: Any):
    """PKCS#1 v1.5 with SHA-256 is the one that is asked for."""
    text = quote(in_base64(private("rsa").sign(TIME.encode(), *scheme)), safe="")

    assert [kind] == Desk("rsa").kinds(f"{TIME}&signature={text}")


def test_a_signature_of_another_kind_of_key_is_told(made: str):
    """By its length: Ed25519 for RSA, RSA for Ed25519, HMAC in base64 for either."""
    desk = Desk(made)
    other, words = {
        "rsa": ("ed25519", "A signature of 64 bytes comes from an Ed25519 key."),
        "ed25519": ("rsa", "A signature of 256 bytes comes from an RSA key of 2048 bits."),
    }[made]

    assert desk.told(sent(other, TIME))["diagnosis"]["words"].endswith(words)
    digest = quote(in_base64(hashlib.sha256(b"").digest()), safe="")
    assert desk.told(f"{TIME}&signature={digest}")["diagnosis"]["words"].endswith(
        "A signature of 32 bytes comes from HMAC-SHA256."
    )


def test_a_private_key_that_belongs_to_another_api_key_is_told(made: str):
    """Where its public key was uploaded too, the API key that would have been right is named."""
    desk = Desk(made)
    taker = Ed25519PrivateKey.generate()
    right = desk.sandbox.register_key("taker", public_bytes(taker))
    shown = desk.told(f"{TIME}&signature={quote(in_base64(taker.sign(TIME.encode())), safe='')}")

    assert ["another-private-key"] == shown["diagnosis"]["kinds"]
    assert f"`{right}`" in shown["diagnosis"]["words"]


def test_a_key_that_both_accounts_have_is_not_taken_for_another(made: str):
    """It is the request that is wrong then."""
    desk = Desk(made)
    desk.sandbox.register_key("taker", public_pem(made))

    assert ["not-encoded"] == desk.kinds(sent(made, f"note=a'&{TIME}"))


def test_a_foreign_private_key_is_guessed_at():
    """Nothing proves it, so the first byte is shown that is not as the documents ask for."""
    desk = Desk("ed25519")
    desk.sandbox.register_key("taker", public_bytes(Ed25519PrivateKey.generate()))
    text = quote(in_base64(Ed25519PrivateKey.generate().sign(b"")), safe="")
    told = desk.told(f"{TIME}&signature={text}")["diagnosis"]
    for query, at in ((TIME, None), (f"b=1&a=2&{TIME}", 0), ("&".join(["a=1"] * 5_000), None)):
        # Not asked of the gate, which looks at the parameters first.
        found = explain_signature(desk.request(f"{query}&signature={text}".encode()), desk.keyring)
        assert ((("wrong-private-key",), False), at) == ((found.kinds, found.proven), found.at)
    assert (["wrong-private-key"], False) == (told["kinds"], told["proven"])


DESKS = {made: Desk(made) for made in ("ed25519", "rsa")}


@given(
    content=st.binary(max_size=90) | st.text("aA0+/=%2B-_ \n", min_size=1, max_size=100).map(str.encode),
    front=st.binary(max_size=20),
    made=st.sampled_from(list(DESKS)),
)
def test_any_signature_can_be_looked_at(content: bytes, front: bytes, made: str):
    """No bytes make the gate or the page fail, and none of these is let in."""
    desk = DESKS[made]
    query = front.replace(b"signature", b"") + b"&signature=" + content
    request = desk.request(query)
    answer = desk.sandbox.handle("GET", MINE, TIME.encode() + b"&" + query, request.headers, b"")
    found = diagnose(request, "-1022", "", desk.keyring)

    assert 400 == answer.status
    assert detail(desk.sandbox.journal.after(0)[-1], desk.keyring)["refused"]
    assert found is not None
    assert found.words


def test_an_unknown_api_key_says_how_to_get_one():
    """After a start without its public key an API key is unknown, and the page says what to do."""
    api_key = Desk("ed25519").api_key
    headers = {"x-mbx-apikey": api_key, "clienttype": "web"}
    sandbox = Sandbox(now=Clock())
    sandbox.handle("GET", MINE, sent("ed25519", TIME).encode(), headers, b"")
    shown = detail(sandbox.journal.after(0)[-1], sandbox.journal.keyring)

    assert "`--public-key`" in str(shown["diagnosis"])


REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "a private key": (pem("ed25519"), ValueError, "a public key is expected, not a private one"),
    "a private RSA key": (pem("rsa").encode(), ValueError, "a public key is expected, not a private one"),
    "an encrypted private key": (pem("ed25519", "pass"), ValueError, "a public key is expected, not a private one"),
    "both keys": (public_pem("ed25519") + pem("ed25519"), ValueError, "a public key is expected, not a private one"),
    "garbage": (
        "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----",
        ValueError,
        "the public key in PEM cannot be read",
    ),
    "an API secret": ("s" * 64, ValueError, "the public key in PEM cannot be read"),
    "no text": ("\ud800", ValueError, "the public key in PEM cannot be read"),
    "nothing": ("", ValueError, "the public key in PEM cannot be read"),
    "a number": (1, TypeError, "a public key in PEM is expected as text, not int"),
    "an elliptic curve": (public_pem("ec"), ValueError, "an RSA or Ed25519 public key is expected"),
    "DSA": (public_pem("dsa"), ValueError, "an RSA or Ed25519 public key is expected"),
    "a short RSA key": (
        public_pem("short rsa"),
        ValueError,
        "an RSA key of at least 2048 bits is expected, not of 1024",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_a_public_key_is_refused_by_name(what: str, tmp_path: Path):
    """The message says what is wrong; the error holds nothing of what was given, nor does the sandbox or its file."""
    content, error, words = REFUSED[what]
    sandbox = Sandbox()
    with pytest.raises(error, match=f"^public_key_pem: {words}") as caught:
        sandbox.register_key("merchant", content)

    assert [] == [name for name, value in locals_of(caught.value, beside=__file__) if value == content]
    assert len(str(content)) < 60 or str(content)[28:60] not in str(caught.value)
    assert [[], []] == [sandbox._exchange.accounts[name].public_keys for name in sandbox.keys]
    sandbox.save(tmp_path / "state.json")
    assert "PRIVATE" not in (tmp_path / "state.json").read_text()


def locals_of(error: BaseException | None, *, beside: str) -> Iterator[tuple[str, object]]:
    """What the frames of an error and its causes hold, those of one file left out."""
    while error is not None:
        trace: TracebackType | None = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename != beside:
                yield from trace.tb_frame.f_locals.items()
            trace = trace.tb_next
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("account", ["Merchant", "", None, [], pem("ed25519")])
def test_an_account_that_there_is_not_is_refused(account: Any):
    """The message names the argument and the accounts; what was given, it does not repeat."""
    with pytest.raises(ValueError, match=r"^account: one of merchant, taker is expected$"):
        Sandbox().register_key(account, public_pem("ed25519"))


def test_without_cryptography_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """By whichever way a key comes: in process, by the control route, on the command line, in a saved state."""
    desk, file, state = Desk("ed25519"), tmp_path / "public.pem", tmp_path / "state.json"
    file.write_text(public_pem("ed25519"))
    desk.sandbox.save(state)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.serialization", None)
    words = r'public_key_pem: it needs cryptography, which is not installed: pip install "binance-c2c\[keys\]"'
    with pytest.raises(ModuleNotFoundError, match=words):
        desk.sandbox.register_key("merchant", public_pem("ed25519"))
    with pytest.raises(ModuleNotFoundError, match=words):
        Sandbox.load(state)
    body = json.dumps({"account": "merchant", "public_key_pem": public_pem("ed25519")}).encode()

    assert 400 == control(desk.sandbox, "keys.register", body).status
    assert 3 == main(["sandbox", "--port", "0", "--public-key", f"merchant={file}"])
    assert 'pip install "binance-c2c[keys]"' in capsys.readouterr().err


def test_a_key_is_uploaded_by_the_control_route(made: str):
    """It answers with the API key, which is good at once and known to the page; a private key is refused."""
    sandbox = Sandbox(now=Clock())
    with serve(sandbox) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc)

        def pull(**values: Any) -> tuple[int, Any]:
            content = json.dumps(values).encode()
            connection.request("POST", "/-/control/keys.register", content, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())

        status, told = pull(account="taker", public_key_pem=public_pem(made))
        refusals = [
            pull(account="taker", public_key_pem=pem(made)),
            pull(account="taker"),
            pull(account="x", public_key_pem=""),
        ]
        headers = {"X-MBX-APIKEY": told["api_key"], "clientType": "web"}
        connection.request("GET", f"{MINE}?{sent(made, TIME)}", headers=headers)
        answer = json.loads(connection.getresponse().read())
        connection.close()

    assert (200, sandbox.register_key("taker", public_pem(made))) == (status, told["api_key"])
    assert "000000" == answer["code"]
    assert [400, 400, 400] == [status for status, _ in refusals]
    for words, (_, said) in zip(
        ("a public key is expected, not a private one", "public_key_pem", "account: one of"), refusals, strict=True
    ):
        assert words in said["error"]
    assert "PRIVATE" not in json.dumps(refusals)


def test_a_saved_sandbox_keeps_its_keys(made: str, tmp_path: Path):
    """After loading the same API key lets the same private key in, once more than one was uploaded too."""
    desk = Desk(made)
    desk.sandbox.register_key("merchant", public_bytes(Ed25519PrivateKey.generate()))
    desk.sandbox.save(tmp_path / "state.json")
    loaded = Sandbox.load(tmp_path / "state.json", Clock())
    headers = {"x-mbx-apikey": desk.api_key, "clienttype": "web"}
    answer = loaded.handle("GET", MINE, sent(made, TIME).encode(), headers, b"")

    assert "000000" == json.loads(answer.body)["code"]
    assert 2 == len(loaded._exchange.accounts["merchant"].public_keys)


def test_keys_are_uploaded_on_the_command_line(tmp_path: Path):
    """`--public-key`, as often as given, prints each API key, and clients are let in with them."""
    files = {made: tmp_path / f"{made}=public.pem" for made in ("ed25519", "rsa")}
    for made, file in files.items():
        file.write_text(public_pem(made))
    flags = [f"--public-key={account}={files[made]}" for account, made in (("merchant", "ed25519"), ("taker", "rsa"))]
    state = ["--state", str(tmp_path / "desk.json")]
    with serving("sandbox", "--port", "0", *flags, *state) as (process, url):
        assert process.stdout is not None
        process.stdout.readline()
        lines = [process.stdout.readline().strip() for _ in flags]
        keys = [line.rpartition(": ")[2] for line in lines]
        with C2CClient(api_key=keys[1], api_secret=pem("rsa"), base_url=url) as client:
            taker = client.users.me().nick_name
    with (
        serving("sandbox", "--port", "0", *state) as (_, url),
        C2CClient(api_key=keys[0], api_secret=pem("ed25519"), base_url=url) as client,
    ):
        merchant = client.users.me().nick_name

    assert ["--public-key merchant", "--public-key taker"] == [line.partition("=")[0] for line in lines]
    assert ("SandboxMerchant", "SandboxTaker") == (merchant, taker)


@pytest.mark.parametrize(
    ("account", "content", "words"),
    [
        ("merchant", None, "No such file"),
        ("merchant", pem("ed25519"), "public_key_pem: a public key is expected, not a private one"),
        ("Merchant", public_pem("ed25519"), "account: one of merchant, taker is expected"),
    ],
)
def test_a_file_that_cannot_be_uploaded_ends_the_command(
    account: str, content: str | None, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Flag, file and reason stand in one line, and nothing of the file's content."""
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_text(content)
    status = main(["sandbox", "--port", "0", "--public-key", f"{account}={file}"])
    said = capsys.readouterr().err

    assert 2 == status
    assert said.startswith(f"binance-c2c: --public-key {account}={file}: {words}")
    assert 1 == said.count("\n")
    assert "-----BEGIN" not in said


@pytest.mark.parametrize("flags", [["merchant"], ["=x"], ["merchant="], ["merchant=x", "--print-keys"]])
def test_a_flag_that_cannot_be_meant_ends_the_command(flags: list[str], capsys: pytest.CaptureFixture[str]):
    """ACCOUNT=FILE is asked for, and printing the keys is another thing than running."""
    assert 2 == main(["sandbox", "--public-key", *flags])
    assert "--public-key" in capsys.readouterr().err


def test_the_help_tells_of_public_keys(capsys: pytest.CaptureFixture[str]):
    """Whoever asks the command learns the form and the extra."""
    main(["sandbox", "--help"])
    told = " ".join(capsys.readouterr().out.split())

    assert "--public-key ACCOUNT=FILE" in told
    assert "merchant=FILE" in told
    assert "[keys]" in told


def test_print_keys_stays_what_it_is(capsys: pytest.CaptureFixture[str]):
    """Two accounts, each with exactly a key and a secret of 64 characters: what programs that start it read."""
    main(["sandbox", "--print-keys"])
    printed = capsys.readouterr().out

    pair = {
        name: {
            "api_key": f"sandbox{name.capitalize()}Key".ljust(64, "0"),
            "api_secret": f"sandbox{name.capitalize()}Secret".ljust(64, "0"),
        }
        for name in ("merchant", "taker")
    }
    assert json.dumps(pair, indent=2) + "\n" == printed
