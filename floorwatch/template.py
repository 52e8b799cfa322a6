"""Writes a first settings file: every key explained, in English and Chinese, valid as it stands.

Pure, but for `write`. Names that come from a PBX are hostile text: they stand in quoted TOML only,
never in a comment.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LONGEST_NAME = 255
_UNPRINTED = re.compile("[\x7f\ud800-\udfff]")
_HEAD = """\
# Floorwatch settings 设置. Explained in docs/settings.md; check with: floorwatch check FILE
# Durations have units 时长要带单位: "500ms", "20s", "5 min", "1 h". Everything has a default;
# a line that begins with # shows it 以 # 开头的行是默认值或示例.

"""
_SITE = """\
[site] # one site 一个站点; for several, write [[site]] before each 多个站点用 [[site]]
# Short name in topics and files 站点代号: letters, digits, . _ -
id = {id}
# Names on screen 屏幕上的名称
names = {{ zh = "客服中心", en = "Call centre" }}
# IANA time zone of the floor 时区; it decides what a day is 决定"一天"的起止
time_zone = {time_zone}
# When the business day begins 营业日起点, "HH:MM"; "05:00" for a floor that works past midnight
business_day_start = "00:00"
# Who works when, as CSV 班次表: agent,date,start,end; for break plans and attendance 用于小休计划与考勤
# shifts = "shifts.csv"
# A feed silent for this long greys its numbers 数据中断多久后数字变灰
stale_after = "10s"

[site.queue_defaults] # for every queue that does not say otherwise 各队列的默认值
# Answer within this time 应答目标时长
target = "20s"
# Who gives up sooner is not held against the floor 短放弃: 更早挂断的不计入
short_abandon = "5s"
# Which formula 服务水平公式: short_excluded, answered_only, all_count, in_target_excluded, in_target_met
service_level = "short_excluded"
# Goal of the service level 服务水平目标: 0.8 is 80 %
goal = 0.8
# After-call work that the PBX grants 话后处理时长 (wrapuptime)
wrap_up = "0s"
"""
_EXAMPLES = """
# Alerts 告警: rules, channels, who is told. Without it the default rules watch the floor.
# [site.alerts]
# file = "alerts.toml"
# playbooks = "playbooks"
# forecast = "forecast.csv"

# Wallboards 看板: made on the page /boards, kept as files. Without it they stand among the data.
# [site.screens]
# boards = "boards"
# plan = "plan.toml" # who sits where 座位图

# Attendance 考勤: how it is judged against the shift file 对照班次表的判定
# [site.attendance]
# grace = "1min"
# meals = ["meal"] # reasons of not ready 未就绪原因
# breaks = ["break"]

# Reports that go out by themselves 定时发送报表: docs/report-files.md
# [site.reports]
# channel = "mail" # the mail channel of the alerts file 告警文件中的邮件渠道
# domains = ["example.com"] # where managers may send to 允许发送的邮箱域名
# [[site.reports.mail]]
# id = "weekly"
# report = "week"
# at = "08:00"
# weekdays = ["monday"] # of a month or a year: day = 1 月报、年报写日期
# language = "zh"
# forms = ["pdf", "xlsx"]
# to = ["manager@example.com"]

# Breaks 小休: so many away at once, so many stay, of each queue 每队列同时离席上限与在岗下限
# [site.breaks]
# cap = 3
# least = 1

# Queues by the name the PBX knows 队列, id 与 PBX 中的名称一致. What is left out: queue_defaults.
# [[site.queue]]
# id = "sales"
# names = { zh = "销售", en = "Sales" }
# target = "20s"
# wrap_up = "30s"
# group = "orders" # small queues watched together 合并监视的小队列

# Floor walks 巡视记录: places, findings, measures of your own 地点、发现、措施; without them, ours.
# A measure that stays open is to be closed later 需要跟进的措施
# [site.walks]
# photos_kept = "2160h"
# place = [{ id = "hall", names = { zh = "大厅", en = "Hall" } }]
# kind = [{ id = "cleanliness" }, { id = "headset", names = { zh = "耳机", en = "Headset" } }]
# measure = [{ id = "reminded" }, { id = "repair", stays_open = true }]
# Who owes how long to the floor 在场职责: users' ids
# [[site.walks.duty]]
# id = "lead"
# names = { zh = "班长", en = "Shift lead" }
# owed = "2h"
# per = "day" # or "week" 每日或每周
# weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]
# people = ["li.na"]

# Teams 班组
# [[site.team]]
# id = "team-a"
# names = { zh = "一组", en = "Team A" }

# People 坐席: id is the member name in the PBX's queues, interfaces are the phones.
# [[site.agent]]
# id = "Li Na"
# names = { zh = "李娜", en = "Li Na" }
# team = "team-a"
# interfaces = ["PJSIP/1001"]
"""
_SIMULATOR = """
# Where events come from 事件来源. This one invents calls 这是模拟数据; replace it by your own.
[[site.source]]
name = "demo"
url = "simulate:demo"

# Asterisk. The password is never in this file 密码不写在本文件里: secret_env or secret_file.
# ?tls=on encrypts (port 5039); ?tls=unverified takes any certificate; ?login=plain for very old ones.
# [[site.source]]
# name = "pbx"
# url = "ami://floorwatch@pbx.example.com:5038"
# secret_env = "FLOORWATCH_PBX_SECRET"
# backfill = "queue_log:/var/log/asterisk/queue_log" # fills gaps 补齐断线期间的数据
# Supervisors' actions, off unless given 班长操作, 不写则关闭: docs/actions.md
# [site.source.actions]
# user = "floorwatch-act" # a second account 第二个账号
# secret_env = "FLOORWATCH_ACT_SECRET"
# allow = ["pause", "unpause", "move"]
# phones = { lead = "PJSIP/2001" }
"""
_PBX = """
# Asterisk. The password is never in this file 密码不写在本文件里: secret_env or secret_file.
[[site.source]]
name = "pbx"
url = {url}
{secret}
# backfill = "queue_log:/var/log/asterisk/queue_log" # fills gaps 补齐断线期间的数据
# Supervisors' actions, off unless given 班长操作, 不写则关闭: docs/actions.md
# [site.source.actions]
# user = "floorwatch-act" # a second account 第二个账号
# secret_env = "FLOORWATCH_ACT_SECRET"
# allow = ["pause", "unpause", "move"]
# phones = {{ lead = "PJSIP/2001" }}
"""
_OTHERS = """\

# The same machine's queue_log alone, or any program that publishes our events over MQTT:
# 只读 queue_log, 或通过 MQTT 接收事件:
# [[site.source]]
# url = "queue_log:/var/log/asterisk/queue_log"
# [[site.source]]
# url = "mqtt://broker.example.com:1883"
"""
_REST = """
[stores] # where nothing is lost 数据保存在哪里
# A folder beside this file 本文件旁的目录, or "redis://127.0.0.1:6379/0"
journal = "file:./data"
# secret_env = "FLOORWATCH_REDIS_SECRET"

[gateway] # the pages and their feed 页面与实时数据
# 127.0.0.1 is this machine alone 仅本机; "0.0.0.0:8787" is the whole network 整个网络
listen = "127.0.0.1:8787"
# Other web sites that may show the feed 允许跨域的来源: ["https://wall.example.com"]
allowed_origins = []
# Where a browser finds the pages, for links in notices 通知中的链接地址
# public_url = "https://wall.example.com"

# Who may come in 登录与权限. As long as this machine alone is served, everybody may.
# 仅本机访问时无需登录; a first admin 创建首个管理员: floorwatch users add ID --role admin --config FILE
# [access]
# mode = "sign-in" # or "open"
# trusted_proxies = ["127.0.0.1"] # nginx on this machine 本机的反向代理
# [[access.oidc]] # the company's own accounts 公司账号, docs/access.md
# id = "company"
# issuer = "https://login.example.com/realms/company"
# client_id = "floorwatch"
# secret_env = "FLOORWATCH_OIDC_SECRET"
# role_claim = "groups" # what says the role 表示角色的声明
# roles = { "floor-leads" = "supervisor", "it" = "admin" }
# queues_claim = "queues" # which ones he sees 可见队列; likewise teams_claim, agent_claim

# Past days as parquet files 历史数据归档: docs/archive.md
# [archive]
# folder = "archive" # among the data, if left out 默认在数据目录中
# callers_days = 90 # callers' numbers are erased then 主叫号码保留天数; 0: never 永久
# keep_days = 0 # days are deleted then 历史数据保留天数; 0: never 永久
# versions = 20 # earlier versions of a day that stay 每日保留的旧版本数

# On the PBX's own machine, floorwatch bridge carries its events to a broker 桥接到 MQTT 服务器:
# [bridge]
# broker = "mqtt://pbx-1@broker.example.com:1883"
# secret_env = "FLOORWATCH_BROKER_SECRET"
# spool = "./spool" # holds them while the broker is away 断线时暂存
"""


class TemplateError(Exception):
    """The settings file cannot be written; the message says why and what to do."""


class Member(Protocol):
    """Somebody in a queue, as the PBX tells it."""

    @property
    def name(self) -> str: ...
    @property
    def interface(self) -> str: ...


class MemberQueue(Protocol):
    """A queue and who is in it, as the PBX tells it."""

    @property
    def name(self) -> str: ...
    @property
    def members(self) -> Sequence[Member]: ...


@dataclass(frozen=True, slots=True)
class FoundMember:
    """A member: `name` is what events carry, `interface` the phone."""

    name: str
    interface: str


@dataclass(frozen=True, slots=True)
class FoundQueue:
    """A queue with its members."""

    name: str
    members: tuple[FoundMember, ...] = ()


def template(*, site: str = "main", time_zone: str = "Asia/Shanghai") -> str:
    """A settings file that runs the demo, with everything else in comments."""
    head = _HEAD + _SITE.format(id=quoted(site), time_zone=quoted(time_zone))
    return head + _EXAMPLES + _SIMULATOR + _OTHERS + _REST


def filled(
    queues: Iterable[MemberQueue],
    *,
    source: str,
    secret_env: str = "FLOORWATCH_PBX_SECRET",
    secret_file: str = "",
    site: str = "main",
    time_zone: str = "Asia/Shanghai",
) -> str:
    """A settings file with the queues and members that a PBX told, read from the AMI URL `source`.

    What cannot be an id (empty, or over 255 letters) is left out; a phone that two names share
    stays with the first.
    """
    found = list(queues)
    secret = f"secret_file = {quoted(secret_file)}"
    if not secret_file:
        secret = f"secret_env = {quoted(secret_env)}"
    return "".join(
        (
            _HEAD,
            _SITE.format(id=quoted(site), time_zone=quoted(time_zone)),
            "\n# Queues as the PBX has them 队列; add names for the screen 可加屏幕名称:",
            ' names = { zh = "…", en = "…" }\n',
            *_queues(found),
            "\n# People as the PBX has them 坐席; add names, and team after [[site.team]]\n",
            *_agents(found),
            _PBX.format(url=quoted(source), secret=secret),
            _OTHERS,
            _REST,
        )
    )


def write(path: Path, text: str) -> None:
    """Write the settings to a new file; raises `TemplateError` rather than overwrite one."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        raise TemplateError(
            f"{path} exists already and is left as it is. Give another name, or move it away"
        ) from None
    except OSError as error:
        raise TemplateError(
            f"{path} cannot be written ({error.strerror}). Create its folder, or give another name"
        ) from None


def quoted(text: str) -> str:
    """The text as a TOML string in one line; what no file can hold becomes U+FFFD or an escape."""

    def plain(match: re.Match[str]) -> str:
        return "\\u007f" if match[0] == "\x7f" else "\ufffd"

    return _UNPRINTED.sub(plain, json.dumps(text, ensure_ascii=False))


def _queues(queues: Iterable[MemberQueue]) -> Iterable[str]:
    names = dict.fromkeys(quoted(queue.name) for queue in queues if _usable(queue.name))
    return (f"\n[[site.queue]]\nid = {name}\n" for name in names)


def _agents(queues: Iterable[MemberQueue]) -> Iterable[str]:
    owned: set[str] = set()
    agents: dict[str, list[str]] = {}
    for queue in queues:
        for member in queue.members:
            name = member.name if member.name.strip() else member.interface
            if not _usable(name):
                continue
            phones = agents.setdefault(quoted(name), [])
            phone = quoted(member.interface)
            if _usable(member.interface) and phone not in owned:
                owned.add(phone)
                phones.append(phone)
    for name, phones in agents.items():
        yield f"\n[[site.agent]]\nid = {name}\ninterfaces = [{', '.join(phones)}]\n"


def _usable(name: str) -> bool:
    return bool(name.strip()) and len(name) <= LONGEST_NAME
