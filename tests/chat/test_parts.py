"""The parts of the chat that need no connection: frames and events, pictures, addresses, words for what goes wrong."""

import asyncio
import json
import ssl
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binance_c2c import AsyncC2CClient, C2CClient, errors
from binance_c2c._core.transport import Answer, Route, bare_request
from binance_c2c.chat import Message, Notice, connecting, pictures
from binance_c2c.chat.codec import NoFrame, content_of, decoded, number_of
from binance_c2c.chat.connecting import Options
from binance_c2c.chat.session import OutgoingMessage, Reconnect
from binance_c2c.chat.tasks import _ignore_error, _resolve
from binance_c2c_sapi.models import ChatCredential, ChatFrame
from tests.chat.twins import KEYS, png


def system(content: str, **more: Any) -> ChatFrame:
    return ChatFrame.from_dict({"type": "system", "orderNo": "A", "id": "1", "content": content, **more})


@given(st.binary())
def test_any_bytes_are_a_value(data: bytes):
    """Nothing that comes raises."""
    assert isinstance(decoded(data), (NoFrame, ChatFrame))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.sampled_from(["type", "id", "e", "self", "createTime"]), one),
    )
)
def test_any_json_is_a_value(value: Any):
    """As above, for what is JSON."""
    assert isinstance(decoded(json.dumps(value).encode()), (NoFrame, ChatFrame))


def test_news_and_cards_are_read():
    """The JSON in a content by its model; None in another message, or where it cannot be read."""
    news = Message("A", system('{"type":"seller_payed","nickName":"X"}'))
    card = {"type": "card", "subType": "add_kyc_vrf", "content": '{"addKycVrfInfo":[{"livenessCheckStatus":0}]}'}
    verification = Message("A", ChatFrame.from_dict(card))
    text = Message("A", ChatFrame.from_dict({"type": "text", "content": "{}"}))

    assert news.news is not None
    assert news.news.type is not None
    assert news.news.type.is_paid
    assert news.verification is None
    assert verification.verification is not None
    [item] = verification.verification.items or []
    assert 0 == item.liveness_check_status
    assert verification.news is None
    assert verification.text is None
    assert text.news is None
    assert "{}" == text.text
    for broken in (system("no JSON"), system("[]"), system('{"extendPayTimeLimit":"x"}')):
        assert content_of(broken) is None
    assert content_of(ChatFrame.from_dict({"type": "card", "subType": "spotPosition", "content": "{}"})) is None
    assert content_of(ChatFrame.from_dict({"type": "card", "content": "{}"})) is None
    assert content_of(ChatFrame.from_dict({"content": "{}"})) is None


def test_a_notice_shows_its_type_alone():
    """Neither content nor name."""
    notice = Notice(ChatFrame.from_dict({"type": "contact", "content": "SECRET", "fromNickname": "SECRET"}))

    assert "<Notice contact>" == repr(notice)


def test_numbers_are_compared_as_numbers():
    """What is none is no number of a message."""
    assert 7 == number_of(ChatFrame.from_dict({"id": "0007"}))
    assert [None] * 4 == [number_of(ChatFrame.from_dict({"id": one})) for one in ("x", "1" * 21, "٣", None)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"connect_timeout": 0}, "connect_timeout: a positive number of seconds is expected, not 0"),
        ({"ping_interval": True}, "ping_interval: a positive number of seconds is expected, not True"),
        ({"most_waiting": 0}, "most_waiting: an integer of at least 1 is expected, not 0"),
        ({"max_frame_bytes": 1.5}, "max_frame_bytes: an integer of at least 1 is expected, not 1.5"),
        ({"reconnect": 5}, "reconnect: a Reconnect is expected, not int"),
        (
            {"proxy": "user:password@host"},
            "proxy: a URL such as http://host:port, or None for a direct connection, is expected",
        ),
        ({"proxy": "http://[x"}, "proxy: a URL such as"),
        ({"proxy": True}, "proxy: a URL such as"),
        ({"tls": True}, r"tls: an ssl\.SSLContext is expected, not bool"),
    ],
)
def test_an_option_that_cannot_work_is_refused(wrong: dict[str, Any], message: str):
    """At once, with the name of the argument."""
    with C2CClient(**KEYS) as client, pytest.raises(errors.ConfigurationError, match=message):
        client.chat.connect(**wrong)


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((7, "x"), TypeError, "order_number: a string is expected, not int"),
        (("a b", "x"), ValueError, "order_number: letters, digits"),
        (("A", b"x"), TypeError, "text: a string is expected, not bytes"),
        (("A", " "), ValueError, "text: a text that is not blank is expected"),
        (("A", "\ud800"), ValueError, "text: it holds half a character"),
    ],
)
def test_what_cannot_be_said_is_refused(arguments: Any, kind: type[Exception], message: str):
    """Before anything is sent."""
    with pytest.raises(kind, match=message):
        connecting.outgoing_text(arguments[0], arguments[1], 0)


def credential(url: str | None = "wss://im.example:443/chat/", key: str = "k/1", token: str = "t&1") -> ChatCredential:
    return ChatCredential(chat_wss_url=url, listen_key=key, listen_token=token)


def test_the_address_is_made_of_the_credential():
    """Key and token are percent-encoded; the query has the two names that clients send, and no more."""
    assert "wss://im.example:443/chat/k%2F1?token=t%261&clientType=web" == connecting.address(credential())
    assert connecting.address(credential("ws://127.0.0.1:9/chat")).startswith("ws://127.0.0.1:9/chat/")


@pytest.mark.parametrize(
    "wrong",
    [
        *(credential(None), credential(key=""), credential(token="")),
        *(credential("ws://im.example/chat"), credential("https://im.example/chat"), credential("wss:///chat")),
        *(credential("wss://a:b@im.example"), credential("wss://im.example/?x=1"), credential("wss://im.example/#x")),
        *(credential("wss://im.example:x/"), credential("wss://[im.example/")),
    ],
)
def test_an_address_that_would_tell_the_token_is_refused(wrong: ChatCredential):
    """Without TLS, or to a place that is none."""
    with pytest.raises(errors.DecodeError, match=r"chat\.credential: the exchange gave no") as refused:
        connecting.address(wrong)

    assert "t&1" not in str(refused.value)


def test_proxies_and_authorities_are_those_of_calls(monkeypatch: pytest.MonkeyPatch):
    """The environment names the proxy, with its password; what the caller says comes first; this machine has none."""
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)

    def way(url: str, options: Options | None = None) -> dict[str, Any]:
        return connecting.proxy_and_tls(url, options or Options(), Route())

    straight = way("wss://im.example/chat")
    monkeypatch.setenv("HTTPS_PROXY", "http://us%40er:p%3Aw@proxy.example:3128")
    through = way("wss://im.example:444/chat")
    monkeypatch.setenv("NO_PROXY", "im.example,[::1]")
    past = way("wss://im.example/chat")
    monkeypatch.setenv("HTTPS_PROXY", "http://[::1]:3128")
    plain = way("wss://[2001:db8::1]/chat")
    none = way("wss://[2001:db8::1]/chat", Options(proxy=None, tls=None))
    context = ssl.create_default_context()
    own = way("wss://im.example/chat", Options(proxy="https://mine:1", tls=context))

    assert straight["proxy"] is None
    assert isinstance(straight["ssl"], ssl.SSLContext)
    assert "http://us%40er:p%3Aw@proxy.example:3128" == through["proxy"]
    assert past["proxy"] is None
    assert "http://[::1]:3128" == plain["proxy"]
    assert {"proxy": "https://mine:1", "ssl": context, "proxy_ssl": context} == own
    assert none["proxy"] is None
    assert isinstance(none["ssl"], ssl.SSLContext)
    assert {"proxy": None} == way("ws://127.0.0.1:9/chat")
    assert "mine" not in repr(Options(proxy="http://mine:1"))


def test_the_librarys_log_is_silent():
    """It would have the token in its first line."""
    logger = connecting.settings("ws://127.0.0.1:9/chat", Options(), None)["logger"]

    assert not logger.isEnabledFor(50)
    assert logger.parent is None


def test_what_goes_wrong_is_told_without_an_address():
    """By its kind: an error's own text may hold the URL."""
    refused = ssl.SSLCertVerificationError()
    refused.verify_message = "self-signed"

    assert "the chat's server did not answer in time" == connecting.describe_error(TimeoutError("SECRET"))
    assert "the certificate of the chat's server is refused: self-signed" == connecting.describe_error(refused)
    assert "the chat's server could not be reached (OSError)" == connecting.describe_error(OSError("SECRET"))
    assert "x" == connecting.describe_error(errors.DecodeError("x"))


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (errors.AuthenticationError(""), True),
        (errors.APIError("", code=-1102), True),
        (errors.APIError(""), False),
        (errors.ConfigurationError(""), True),
        (errors.RateLimitError("", retry_after=7), False),
        (errors.ServerError(""), False),
        (errors.TransportError(""), False),
        (errors.DecodeError(""), False),
    ],
)
def test_what_would_be_the_same_again_is_not_tried_again(error: errors.C2CError, final: bool):
    """A refusal of the exchange, or a setting; not its being busy."""
    assert final == connecting.is_final(error)
    assert (7 if isinstance(error, errors.RateLimitError) else None) == connecting.asked_wait(error)


def test_a_picture_is_known_by_its_bytes(tmp_path: Path):
    """Kind and size come from them, not from a name."""
    path = tmp_path / "receipt.gif"
    path.write_bytes(png(4, 5))

    assert ("png", (4, 5)) == (pictures.checked(str(path)).kind, pictures.checked(path).size)
    assert "PNG" not in repr(pictures.checked(path))


@pytest.mark.parametrize(
    ("wrong", "kind", "message"),
    [
        (7, TypeError, "picture: bytes or the path of a file is expected, not int"),
        (b"GIF89a", ValueError, "picture: the bytes of a JPEG or a PNG are expected"),
        (b"\x89PNG\r\n\x1a\nbroken", ValueError, "picture: the bytes of a JPEG or a PNG are expected"),
        (b"x" * (pictures.LARGEST + 1), ValueError, "picture: at most 10485760 bytes are expected"),
        (png(pictures.MOST_PIXELS + 1, 1), ValueError, "picture: at most 16384 pixels a side are expected"),
    ],
)
def test_what_is_no_picture_is_refused(wrong: Any, kind: type[Exception], message: str):
    """Before anything is asked for or uploaded."""
    with pytest.raises(kind, match=message):
        pictures.checked(wrong)


def test_a_picture_that_would_fill_memory_is_refused():
    """Its header alone is read, whatever warnings mean in the program."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="JPEG or a PNG"):
            pictures.checked(png(30_000, 30_000))


def test_addresses_for_uploads_are_asked_for_36_times_a_minute():
    """The next one waits until the first is a minute old."""
    pace = pictures.Pace()
    waits = [pace.wait(float(second)) for second in range(36)]

    assert [0.0] * 36 == waits
    assert 24.0 == pace.wait(36.0)
    assert 0.0 == pace.wait(60.0)


@pytest.mark.parametrize(
    "wrong",
    [
        "http://example.com/x",
        "ftp://example.com/x",
        "https:///x",
        "https://a:b@example.com/x",
        "http://127.0.0.1/x",
        "https://example.com:x/",
        7,
    ],
)
def test_pictures_come_from_https_alone(wrong: Any):
    """Any other address is refused without a word of it."""
    with pytest.raises(errors.ConfigurationError, match=r"^the address of a picture: ") as refused:
        next(pictures.download(wrong, 10, allow_loopback=False))

    assert "example" not in str(refused.value)


def test_a_bare_request_has_no_key():
    """Host, and what a body needs; plain http where it is allowed, to this machine."""
    put = bare_request("PUT", "https://bucket.example/a?X-Amz-Signature=1", b"ab")
    get = bare_request("GET", "http://localhost:8/a", allow_loopback=True)

    assert [(b"Host", b"bucket.example"), (b"Content-Length", b"2")] == put.headers
    assert [(b"Host", b"localhost:8"), (b"Accept-Encoding", b"identity")] == get.headers
    with pytest.raises(ValueError, match="https"):
        bare_request("GET", "http://example.com/a", allow_loopback=True)


@pytest.mark.parametrize("wrong", [0, True, "x"])
def test_a_bound_that_is_none_is_refused(wrong: Any):
    """`max_bytes` is an integer of at least 1."""
    with pytest.raises(ValueError, match="max_bytes: an integer of at least 1"):
        next(pictures.download("https://example.com/x", wrong, allow_loopback=False))


def test_a_picture_beyond_its_bound_is_refused():
    """Also where what carries it did not stop before."""
    steps = pictures.download("https://example.com/x", 2, allow_loopback=False)
    next(steps)
    with pytest.raises(errors.TransportError, match=r"longer than max_bytes \(2\)"):
        steps.send(Answer(200, [], b"abc"))


@pytest.mark.parametrize("missing", ["websockets", "PIL"])
def test_a_missing_extra_says_what_to_do(missing: str, monkeypatch: pytest.MonkeyPatch):
    """With the brackets in quotes, as a shell wants them."""
    for name in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    told = r'the chat needs packages of the extra \[chat\]: pip install "binance-c2c\[chat\]"'
    with C2CClient(**KEYS) as client, pytest.raises(errors.ConfigurationError, match=told):
        pictures.checked(b"") if missing == "PIL" else client.chat.connect().__enter__()


def test_importing_the_chat_loads_neither_library():
    """They come with the first connection, and the first picture."""
    script = (
        "import sys, binance_c2c; client = binance_c2c.C2CClient(api_key='k'*64, api_secret='s'*64); client.chat;"
        "print([name for name in ('websockets', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_a_picture_goes_the_way_of_calls():
    """Over the client's own connections, or those that the caller gave; an answer that does not come is words."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=b"x" * 20)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http, C2CClient(**KEYS, http=http) as client:
        driver = client._driver
        answered = driver.fetch(bare_request("GET", "https://example.com/a"), 5.0, 100)

    assert isinstance(answered, Answer)
    assert 20 == len(answered.content)
    assert "x-mbx-apikey" not in asked[0].headers


def test_whoever_waits_is_woken_once():
    """A deadline that comes in the same moment changes nothing."""

    async def both() -> bool:
        waiter: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        _resolve(waiter, happened=True)
        _resolve(waiter, happened=False)
        given_up: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        given_up.cancel()
        _ignore_error(given_up)
        return await waiter

    assert asyncio.run(both())


def test_an_outcome_shows_nothing_of_what_was_said():
    """A message that went out and was lost is known by its uuid."""
    outgoing = OutgoingMessage("u", "A", "SECRET", departed_on=1)
    with pytest.raises(errors.OutcomeUnknownError) as unknown:
        connecting.outcome(outgoing, "chat.send_text", "no echo came in time")

    assert "SECRET" not in f"{unknown.value}{outgoing!r}"
    assert "u" == unknown.value.sent["uuid"]


def test_twins_have_the_same_names():
    """What one stream and one resource have, the other has, under the same name and with the same arguments."""
    import inspect  # noqa: PLC0415

    from binance_c2c.chat import AsyncChat, AsyncChatConnection, Chat, ChatConnection  # noqa: PLC0415

    def public(kind: type) -> dict[str, list[str]]:
        names = [name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))]
        return {name: list(inspect.signature(getattr(kind, name)).parameters) for name in names}

    ours, theirs = public(ChatConnection), public(AsyncChatConnection)

    assert public(Chat) == public(AsyncChat)
    assert ours | {"aclose": ours["close"]} == theirs | {"close": theirs["aclose"]}
    assert Reconnect() == inspect.signature(Chat.connect).parameters["reconnect"].default


@pytest.mark.parametrize(
    ("wrong", "error", "why"),
    [
        ({"path": 5}, TypeError, "path: the path of a file is expected, not int"),
        ({"timeout": "5"}, TypeError, "timeout: a number of seconds is expected, not str"),
        ({"timeout": True}, TypeError, "timeout: a number of seconds is expected, not bool"),
        ({"timeout": 0}, ValueError, "timeout: a positive number of seconds is expected, not 0"),
        ({"timeout": float("nan")}, ValueError, "timeout: a positive number of seconds is expected, not nan"),
    ],
)
def test_a_download_that_cannot_work_is_refused_by_name(wrong: dict[str, Any], error: type[Exception], why: str):
    """Before the picture is asked for; by both clients."""
    given: dict[str, Any] = {"url": "https://example.invalid/x.png", "path": "x.png", **wrong}
    with pytest.raises(error, match=f"^{why}$"):
        C2CClient().chat.download_image(**given)
    with pytest.raises(error, match=f"^{why}$"):
        asyncio.run(AsyncC2CClient().chat.download_image(**given))
