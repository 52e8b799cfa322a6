"""WeCom, DingTalk and Feishu against a server that answers as each of them does."""

import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from alerts import channel_http
from alerts.channel_opening import open_channel
from alerts.channels import (
    Channel,
    ChannelError,
    ChannelSettings,
    DingtalkSettings,
    FeishuSettings,
    Hidden,
    WecomSettings,
)
from alerts.notices import Notice, Word
from alerts.words import Severity

SECRET = "SEC-the-secret-of-signing"
ROBOTS = ("wecom", "dingtalk", "feishu")
every_robot = pytest.mark.parametrize("kind", ROBOTS)


def channel(
    kind: str, service: Any, clock: Any, base_url: str = "https://floor.example"
) -> Channel:
    url = Hidden(service.url)
    settings: dict[str, ChannelSettings] = {
        "wecom": WecomSettings(name="floor", url=url, per_minute=20),
        "dingtalk": DingtalkSettings(name="floor", url=url, sign=Hidden(SECRET), per_minute=20),
        "feishu": FeishuSettings(name="floor", url=url, sign=Hidden(SECRET), per_minute=20),
    }
    return open_channel(settings[kind], clock, base_url)


async def refused(sender: Channel, *notices: Notice) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await sender.send(notices)
    assert "key-that-is-secret" not in str(caught.value)
    assert SECRET not in str(caught.value)
    return caught.value


def text_of(kind: str, body: Any) -> str:
    match kind:
        case "wecom":
            return str(body[body["msgtype"]]["content"])
        case "dingtalk":
            return str(body["markdown"]["text"])
        case _:
            return str(body["card"]["elements"][0]["text"]["content"])


@every_robot
async def test_an_alert_is_told_in_both_languages(
    kind: str, service: Any, clock: Any, make_notice: Callable[..., Notice]
) -> None:
    await channel(kind, service, clock).send([make_notice()])
    (asked,) = service.asked
    assert asked.method == "POST"
    assert asked.query["key"] == "key-that-is-secret"
    assert "application/json" in asked.headers["content-type"]
    said = asked.body.decode()
    assert "【紧急】突发话务高峰 · 销售" in said
    assert "来电 12 通" in said
    assert "12 calls in 38 s" in said
    assert "https://floor.example/floor?incident=i-1" in said


async def test_wecom_writes_markdown_and_calls_people_in_text(
    service: Any, clock: Any, make_notice: Callable[..., Notice]
) -> None:
    sender = channel("wecom", service, clock)
    await sender.send([make_notice()])
    await sender.send([make_notice(mentions=("wangfang", "13800001111", "@all", "no name"))])
    plain, calling = [asked.json for asked in service.asked]
    assert plain["msgtype"] == "markdown"
    assert plain["markdown"]["content"].startswith('**<font color="warning">')
    assert calling["msgtype"] == "text"
    assert calling["text"]["mentioned_list"] == ["wangfang", "@all"]
    assert calling["text"]["mentioned_mobile_list"] == ["13800001111"]


async def test_dingtalk_is_signed_and_calls_people(
    service: Any, clock: Any, make_notice: Callable[..., Notice]
) -> None:
    await channel("dingtalk", service, clock).send([make_notice(mentions=("13800001111", "u1"))])
    (asked,) = service.asked
    stamp = asked.query["timestamp"]
    assert int(stamp) == clock.now()
    digest = hmac.digest(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), "sha256")
    assert f"sign={quote(base64.b64encode(digest).decode(), safe='')}" in asked.target
    assert asked.json["at"] == {"atMobiles": ["13800001111"], "atUserIds": ["u1"], "isAtAll": False}
    assert "@13800001111" in asked.json["markdown"]["text"]
    assert asked.json["markdown"]["title"] == "【紧急】突发话务高峰 · 销售"


async def test_feishu_is_signed_and_sends_a_card(
    service: Any, clock: Any, make_notice: Callable[..., Notice]
) -> None:
    mentions = ("ou_123", "lead@example.org", "all", "x></at><b")
    await channel("feishu", service, clock).send([make_notice(mentions=mentions)])
    (asked,) = service.asked
    body = asked.json
    assert body["timestamp"] == str(clock.now() // 1000)
    key = f"{body['timestamp']}\n{SECRET}".encode()
    assert (
        body["sign"] == base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode()
    )
    assert body["msg_type"] == "interactive"
    assert body["card"]["header"]["template"] == "red"
    texts, calls, button = body["card"]["elements"]
    assert texts["text"]["tag"] == "plain_text"
    assert calls["text"]["content"] == (
        "<at id=ou_123></at><at email=lead@example.org></at><at id=all></at>"
    )
    assert button["actions"][0]["url"].startswith("https://floor.example/")


async def test_a_robot_without_a_signing_secret_is_not_signed(
    service: Any, clock: Any, make_notice: Callable[..., Notice]
) -> None:
    for settings in (
        DingtalkSettings(name="a", url=Hidden(service.url)),
        FeishuSettings(name="a", url=Hidden(service.url)),
    ):
        await open_channel(settings, clock).send([make_notice()])
    assert all("sign" not in asked.target + asked.body.decode() for asked in service.asked)


@pytest.mark.parametrize(
    ("kind", "body", "retry", "says"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, True, "45009"),
        ("wecom", {"errcode": -1, "errmsg": "system busy"}, True, "system busy"),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, False, "key in its URL"),
        ("wecom", {"errcode": 40058, "errmsg": "exceed max length 4096"}, False, "too long"),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, False, "加签"),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, True, "130101"),
        ("dingtalk", {"errcode": 660026, "errmsg": "x"}, True, "660026"),
        ("dingtalk", {"errcode": 300001, "errmsg": "token is not exist"}, False, "token"),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, False, "签名校验"),
        ("feishu", {"StatusCode": 19024, "StatusMessage": "Key Words Not Found"}, False, "关键词"),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, True, "11232"),
        ("feishu", {"code": 9499, "msg": "too many request"}, True, "9499"),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, False, "9499"),
    ],
)
async def test_an_error_inside_http_200_is_an_error(
    kind: str,
    body: dict[str, Any],
    retry: bool,
    says: str,
    service: Any,
    clock: Any,
    make_notice: Callable[..., Notice],
    answer: Callable[..., bytes],
) -> None:
    service.answers(answer(body))
    error = await refused(channel(kind, service, clock), make_notice())
    assert error.retry is retry
    assert says in error.why
    busy = "fast" in str(body) or "limit" in str(body)
    if retry and busy:
        assert error.after_s is not None
        assert error.after_s >= 60


@every_robot
async def test_feishu_style_codes_under_http_400_are_read_too(
    kind: str, service: Any, clock: Any, make_notice: Any, answer: Any
) -> None:
    body = {"errcode": 45009, "code": 11232}
    if kind == "dingtalk":
        body["errcode"] = 130101
    service.answers(answer(body, 400))
    assert (await refused(channel(kind, service, clock), make_notice())).retry


@every_robot
@pytest.mark.parametrize(
    "body",
    [b"<html>sign in to the hotel's network</html>", b"", b"[]", b"null", b'{"errcode": "0"}',
     b'{"errcode": true, "code": true}', b"{}", b'{"errcode": 0', b"\xff\xfe"],
)  # fmt: skip
async def test_what_is_no_answer_of_a_robot_is_no_success(
    kind: str, body: bytes, service: Any, clock: Any, make_notice: Any, answer: Any
) -> None:
    service.answers(answer(body))
    assert (await refused(channel(kind, service, clock), make_notice())).retry


@every_robot
@pytest.mark.parametrize(
    ("status", "retry"), [(500, True), (502, True), (429, True), (404, False), (302, False)]
)
async def test_http_errors_without_a_code(
    kind: str, status: int, retry: bool, service: Any, clock: Any, make_notice: Any, answer: Any
) -> None:
    service.answers(answer(b"nginx", status, Location="http://127.0.0.1:1/other", Retry_After="7"))
    error = await refused(channel(kind, service, clock), make_notice())
    assert (error.retry, str(status) in error.why) == (retry, True)
    assert error.after_s == (7.0 if retry else None)
    assert len(service.asked) == 1


@every_robot
async def test_a_robot_that_says_nothing_is_left(
    kind: str, service: Any, clock: Any, make_notice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_http, "TIMEOUT_S", 0.1)
    service.answers(None)
    error = await refused(channel(kind, service, clock), make_notice())
    assert error.retry
    assert "no answer" in error.why


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"er",
        b"220 smtp ready\r\n",
    ],
)  # fmt: skip
async def test_a_connection_that_breaks_is_tried_again(
    broken: bytes, service: Any, clock: Any, make_notice: Any
) -> None:
    service.answers(broken)
    assert (await refused(channel("wecom", service, clock), make_notice())).retry


async def test_an_endless_answer_is_cut_off(service: Any, clock: Any, make_notice: Any) -> None:
    flood = b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n" + b"x" * 2_000_000
    service.answers(flood)
    error = await refused(channel("wecom", service, clock), make_notice())
    assert error.retry


async def test_nobody_at_home(
    service: Any, clock: Any, make_notice: Any, unused_tcp_port: int
) -> None:
    service.port = unused_tcp_port
    error = await refused(channel("feishu", service, clock), make_notice())
    assert error.retry
    assert "cannot be reached" in error.why


@every_robot
async def test_the_key_is_in_no_error_no_log_and_no_repr(
    kind: str,
    service: Any,
    clock: Any,
    make_notice: Any,
    answer: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    sender = channel(kind, service, clock)
    await sender.send([make_notice()])
    echo = f"the key key-that-is-secret, {service.url} and {'' if kind == 'wecom' else SECRET} are wrong"
    service.answers(answer({"errcode": 7, "errmsg": echo, "code": 7, "msg": echo}))
    error = await refused(sender, make_notice())
    settings = DingtalkSettings(name="x", url=Hidden(service.url), sign=Hidden(SECRET))
    shown = f"{error!r} {error} {error.why} {settings!r} {settings} {sender!r} {caplog.text}"
    assert "key-that-is-secret" not in shown
    assert SECRET not in shown
    assert "…" in error.why


@every_robot
async def test_hostile_names_write_no_marks(
    kind: str, service: Any, clock: Any, hostile: Notice
) -> None:
    await channel(kind, service, clock, base_url="").send([hostile])
    (asked,) = service.asked
    text = text_of(kind, asked.json)
    assert "点我" in text
    assert "\x1b" not in text
    assert not re.search(r"\n *Bcc", text)
    if kind == "feishu":
        assert all(each["text"]["tag"] == "plain_text" for each in asked.json["card"]["elements"])
        return
    own = re.sub(r'^\*\*<font color="warning">|</font>\*\*|^#### |^> ', "", text, flags=re.M)
    assert not re.search(r"[\[\]<>*`#@]|://", own)


@every_robot
@pytest.mark.parametrize("mentions", [(), ("13800001111",)])
async def test_no_message_is_longer_than_the_robot_takes(
    kind: str, mentions: tuple[str, ...], service: Any, clock: Any, make_notice: Any, make_told: Any
) -> None:
    names = {"zh": '"线路"\\' * 40, "en": '"line"\\' * 40}
    alerts = tuple(make_told(scope=f"queue:{n}", scope_names=names) for n in range(400))
    long = make_notice(alerts=alerts, mentions=mentions, note="备" * 3_000)
    await channel(kind, service, clock).send([long])
    (asked,) = service.asked
    text = text_of(kind, asked.json)
    limit = {"wecom": 2_048 if mentions else 4_096}.get(kind)
    if limit is None:
        assert len(asked.body) <= 20_000
        assert len(asked.body) > 15_000
    else:
        assert limit * 0.6 < len(text.encode()) <= limit
    assert re.search(r"还有 \d+ 项", text)
    assert re.search(r"and \d+ more", text)


@every_robot
async def test_several_notices_are_one_message(
    kind: str, service: Any, clock: Any, make_notice: Any
) -> None:
    over = make_notice(id="n-2", incident="i-2", word=Word.RESOLVED, severity=Severity.WARNING)
    await channel(kind, service, clock).send([make_notice(), over])
    (asked,) = service.asked
    text = text_of(kind, asked.json)
    assert "【紧急】突发话务高峰" in text
    assert "【已恢复】突发话务高峰" in text
    assert "2 条通知" in asked.body.decode()


async def test_a_channel_without_its_secret_says_so(clock: Any, make_notice: Any) -> None:
    missing = WecomSettings(name="floor", missing="the variable X is not set")
    error = await refused(open_channel(missing, clock), make_notice())
    assert error.why == "the variable X is not set"
    assert not error.retry
