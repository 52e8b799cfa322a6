"""An invented site, as data: four queues, forty agents, and two days of it.

`OFFICE` is an ordinary day with shifts, a lunch hour and a quiet night. `DEMO` is the same house
with its days squeezed into two hours and its shifts into four, so that it lives at any hour.
"""

from dataclasses import replace

from simulators.plans import (
    AgentPlan,
    Break,
    Habits,
    Length,
    Patience,
    Profile,
    QueuePlan,
    Shift,
    Trunk,
)
from simulators.scenario import Scenario

_SALES = QueuePlan(
    id="sales",
    names={"zh": "销售", "en": "Sales"},
    did="4005550101",
    calls_per_hour=170,
    patience=Patience(180_000),
    talk=Length(138_000, 0.7),
    wrap_up=Length(22_000, 0.4),
    capacity=25,
    timeout_ms=150_000,
    overflow_to="support",
    transfer_to=("billing", "support"),
)
_SUPPORT = QueuePlan(
    id="support",
    names={"zh": "技术支持", "en": "Support"},
    did="4005550102",
    calls_per_hour=170,
    patience=Patience(260_000),
    talk=Length(170_000, 0.8),
    wrap_up=Length(30_000, 0.5),
    capacity=30,
    timeout_ms=300_000,
    transfer_to=("billing", "sales"),
)
_BILLING = QueuePlan(
    id="billing",
    names={"zh": "账单", "en": "Billing"},
    did="4005550103",
    calls_per_hour=115,
    patience=Patience(200_000),
    talk=Length(120_000, 0.6),
    wrap_up=Length(20_000, 0.4),
    capacity=20,
    timeout_ms=180_000,
    overflow_to="support",
    transfer_to=("support",),
)
_VIP = QueuePlan(
    id="vip",
    names={"zh": "贵宾", "en": "VIP"},
    did="4005550188",
    calls_per_hour=45,
    patience=Patience(240_000),
    talk=Length(150_000, 0.6),
    wrap_up=Length(30_000, 0.4),
    priority=10,
    capacity=10,
    timeout_ms=90_000,
    overflow_to="sales",
    transfer_to=("support", "billing"),
)

_TEAMS = {
    "north": {"zh": "北风组", "en": "Team North"},
    "river": {"zh": "江河组", "en": "Team River"},
    "summit": {"zh": "山峰组", "en": "Team Summit"},
    "harbour": {"zh": "港湾组", "en": "Team Harbour"},
}

# One row per agent: the team, the queues he serves (best first), his names.
_PEOPLE = (
    ("north", "sales", "林晓雨", "Lin Xiaoyu"),
    ("north", "sales", "陈思远", "Chen Siyuan"),
    ("north", "sales billing", "周若彤", "Zhou Ruotong"),
    ("north", "sales", "艾玛·哈特", "Emma Hart"),
    ("north", "sales billing", "何嘉木", "He Jiamu"),
    ("north", "sales vip", "许念安", "Xu Nian'an"),
    ("north", "sales vip", "汤姆·莱恩", "Tom Lane"),
    ("north", "sales support", "方知夏", "Fang Zhixia"),
    ("north", "sales", "沈一舟", "Shen Yizhou"),
    ("north", "sales vip", "露西·格雷", "Lucy Grey"),
    ("river", "support", "赵明澈", "Zhao Mingche"),
    ("river", "support", "唐晚晴", "Tang Wanqing"),
    ("river", "support billing", "高子墨", "Gao Zimo"),
    ("river", "support", "本·卡特", "Ben Carter"),
    ("river", "support", "罗小满", "Luo Xiaoman"),
    ("river", "support sales", "秦书意", "Qin Shuyi"),
    ("river", "support", "格蕾丝·温", "Grace Wynn"),
    ("river", "support vip", "宋清和", "Song Qinghe"),
    ("river", "support vip", "韩若飞", "Han Ruofei"),
    ("river", "support", "邓嘉宁", "Deng Jianing"),
    ("summit", "billing", "叶知秋", "Ye Zhiqiu"),
    ("summit", "billing", "欧文·贝克", "Owen Baker"),
    ("summit", "billing sales", "苏沐阳", "Su Muyang"),
    ("summit", "billing", "贺兰心", "He Lanxin"),
    ("summit", "billing support", "彭一诺", "Peng Yinuo"),
    ("summit", "billing vip", "艾达·莫斯", "Ada Moss"),
    ("summit", "billing sales", "姚景行", "Yao Jingxing"),
    ("summit", "support billing", "范予白", "Fan Yubai"),
    ("summit", "support", "杰克·洛", "Jack Lowe"),
    ("summit", "support billing", "江以宁", "Jiang Yining"),
    ("harbour", "vip sales", "顾清欢", "Gu Qinghuan"),
    ("harbour", "vip support", "尼娜·福克斯", "Nina Fox"),
    ("harbour", "vip billing", "陆星野", "Lu Xingye"),
    ("harbour", "vip sales support", "白梓萱", "Bai Zixuan"),
    ("harbour", "sales support", "山姆·里德", "Sam Reed"),
    ("harbour", "support sales", "程安然", "Cheng Anran"),
    ("harbour", "sales support billing", "谢长风", "Xie Changfeng"),
    ("harbour", "support billing", "米娅·斯通", "Mia Stone"),
    ("harbour", "billing sales", "薛南乔", "Xue Nanqiao"),
    ("harbour", "support", "潘予安", "Pan Yu'an"),
)


def _agents(*shifts: str) -> tuple[AgentPlan, ...]:
    """Everybody, dealt to these shifts in turn, so that each shift has people of each team."""
    return tuple(
        AgentPlan(
            id=f"{1001 + n}",
            names={"zh": zh, "en": en},
            team=team,
            queues=tuple(queues.split()),
            shift=shifts[n % len(shifts)],
            interface=f"PJSIP/{1001 + n}",
            offset_min=n * 7 % 41,
        )
        for n, (team, queues, zh, en) in enumerate(_PEOPLE)
    )


def _shift(id: str, start_min: int, meal_min: int, hours: int = 9) -> Shift:
    return Shift(
        id=id,
        start_min=start_min,
        length_min=hours * 60,
        breaks=(
            Break(reason="break", at_min=100, minutes=12),
            Break(reason="meal", at_min=meal_min, minutes=45),
            Break(reason="coaching", at_min=350, minutes=20),
            Break(reason="break", at_min=430, minutes=12),
        ),
    )


_OFFICE_SHIFTS = (
    _shift("early", 7 * 60 + 30, 220),
    _shift("day", 8 * 60 + 30, 210),
    _shift("mid", 9 * 60, 225),
    _shift("late", 13 * 60, 260),
    _shift("night", 21 * 60 + 30, 240, hours=11),
)

_DEMO_SHIFTS = tuple(
    Shift(
        id=f"demo{n}",
        start_min=n * 60,
        length_min=234,
        period_min=240,
        breaks=(
            Break(reason="break", at_min=20, minutes=6),
            Break(reason="meal", at_min=75, minutes=20),
            Break(reason="meeting" if n % 2 else "coaching", at_min=130, minutes=9),
            Break(reason="break", at_min=175, minutes=6),
        ),
    )
    for n in range(4)
)

OFFICE = Scenario(
    site="demo",
    names={"zh": "示范呼叫中心", "en": "Demo call centre"},
    time_zone="Asia/Shanghai",
    queues=(_SALES, _SUPPORT, _BILLING, _VIP),
    teams=_TEAMS,
    shifts=_OFFICE_SHIFTS,
    agents=_agents(
        *("early", "day", "mid", "late", "early", "mid", "day", "late", "mid", "day", "night")
    ),
    trunks=(Trunk(name="trunk-a"), Trunk(name="trunk-b")),
    profile=Profile(
        step_min=60,
        weights=(
            *(0.04, 0.03, 0.02, 0.02, 0.02, 0.03, 0.05, 0.1),
            *(0.3, 0.68, 0.72, 0.6, 0.4, 0.5, 0.66, 0.7),
            *(0.6, 0.42, 0.25, 0.22, 0.2, 0.15, 0.08, 0.05),
        ),
    ),
)

DEMO = replace(
    OFFICE,
    shifts=_DEMO_SHIFTS,
    agents=_agents(*(shift.id for shift in _DEMO_SHIFTS)),
    habits=Habits(csat_share=0.2, quality_share=0.02),
    profile=Profile(
        step_min=10,
        weights=(0.85, 0.92, 1.02, 1.12, 1.2, 1.1, 0.98, 0.92, 1.0, 1.15, 1.05, 0.9),
    ),
)
