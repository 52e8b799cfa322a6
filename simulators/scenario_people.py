"""The agents of a scenario file: single ones and many alike, their invented names, their skills."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from simulators.plans import AgentPlan, QueuePlan
from simulators.scenario_keys import Ids, agent
from simulators.scenario_mistakes import Mistake, MistakesError
from simulators.scenario_parts import fields

Levels = Mapping[str, int]
"""An agent's level in each of his skills; 1 is the best."""

_NUMBERED = re.compile(r"(.*?)([0-9]{1,12})")
_PLACEHOLDER = "{id}"


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """The names in Chinese and in Latin letters, from a text that has them one after the other."""
    return tuple(re.findall(r"([^A-Za-z'\s]+)([A-Za-z']+)", text))


_SURNAMES = _pairs(
    """
    林Lin 陈Chen 周Zhou 何He 许Xu 方Fang 沈Shen 赵Zhao 唐Tang 高Gao 罗Luo 秦Qin
    宋Song 韩Han 邓Deng 叶Ye 苏Su 贺He 彭Peng 姚Yao 范Fan 江Jiang 顾Gu 陆Lu 白Bai
    程Cheng 谢Xie 薛Xue 潘Pan 杜Du 余Yu 郑Zheng 冯Feng 曹Cao 袁Yuan 蒋Jiang 蔡Cai
    丁Ding 魏Wei 孟Meng 夏Xia
    """
)
_GIVEN = _pairs(
    """
    晓雨Xiaoyu 思远Siyuan 若彤Ruotong 嘉木Jiamu 念安Nian'an 知夏Zhixia 一舟Yizhou
    明澈Mingche 晚晴Wanqing 子墨Zimo 小满Xiaoman 书意Shuyi 清和Qinghe 若飞Ruofei
    嘉宁Jianing 知秋Zhiqiu 沐阳Muyang 兰心Lanxin 一诺Yinuo 景行Jingxing 予白Yubai
    以宁Yining 清欢Qinghuan 星野Xingye 梓萱Zixuan 安然Anran 长风Changfeng 南乔Nanqiao
    予安Yu'an 静姝Jingshu 云帆Yunfan 雨桐Yutong 文博Wenbo 欣然Xinran 俊熙Junxi 佳怡Jiayi
    浩然Haoran 诗涵Shihan 宇航Yuhang 梦洁Mengjie 志远Zhiyuan 海燕Haiyan 建平Jianping
    """
)
_FIRST_NAMES = _pairs(
    """
    艾玛Emma 汤姆Tom 露西Lucy 本Ben 格蕾丝Grace 欧文Owen 艾达Ada 杰克Jack 尼娜Nina 山姆Sam
    米娅Mia 诺亚Noah 艾丽Elly 休Hugh 克莱尔Clare 丹Dan 佐伊Zoe 马克Mark 安妮Anne
    """
)
_LAST_NAMES = _pairs(
    """
    哈特Hart 莱恩Lane 格雷Grey 卡特Carter 温Wynn 贝克Baker 莫斯Moss 洛Lowe 福克斯Fox
    里德Reed 斯通Stone 沃德Ward 霍尔Hall 普赖斯Price 科尔Cole 戴尔Dale 布鲁克Brook 伍德Wood
    韦斯特West 诺思North 菲尔德Field 金King 亨特Hunt
    """
)


def invented(number: int, language: str) -> dict[str, str]:
    """The name of the person with this number, from the list of Chinese or of English names.

    The lists' lengths have no common divisor, so hundreds of numbers in a row have names of their own.
    """
    first, last = (_FIRST_NAMES, _LAST_NAMES) if language == "en" else (_SURNAMES, _GIVEN)
    zh, en = zip(first[number % len(first)], last[number % len(last)], strict=True)
    return {"zh": ("·" if language == "en" else "").join(zh), "en": " ".join(en)}


def agents_of(
    value: object, ids: Ids, was: Mapping[str, AgentPlan]
) -> list[tuple[AgentPlan, Levels | None]]:
    """The agents that one `[[agents]]` stands for, with their skills if it gives any.

    `was` are the agents of the scenario that this one is like: a table changes those it names.
    Agents with skills still lack their queues: `serving` finds them.
    """
    read = fields(value, agent(ids), required=("id",))
    _agree(read)
    count = read.get("count")
    names = _ids(read["id"], count or 1)
    new = [name for name in names if name not in was]
    if new:
        _complete(read)
    plans = [_plan(read, name, n, was.get(name)) for n, name in enumerate(names)]
    return [(plan, read.get("skills")) for plan in plans]


def serving(levels: Levels, queues: Iterable[QueuePlan]) -> tuple[str, ...]:
    """The queues that an agent of these skills serves, best first.

    He serves a queue if he has all the skills that it needs. He is best where his levels in them
    have the smallest sum; of two alike, the one that the scenario names first.
    """
    fit = [queue for queue in queues if queue.skills and levels.keys() >= set(queue.skills)]
    fit.sort(key=lambda queue: sum(levels[skill] for skill in queue.skills))
    return tuple(queue.id for queue in fit)


def _agree(read: Mapping[str, Any]) -> None:
    """Raises `MistakesError` for keys that exclude each other."""
    mistakes = [
        Mistake((one,), f"{one} and {other} exclude each other", "Take one of them out")
        for one, other in (("queues", "skills"), ("shifts", "shift"), ("offsets", "offset_min"))
        if one in read and other in read
    ]
    if "count" in read and "names" in read:
        what = "many cannot have one name"
        mistakes.append(
            Mistake(("names",), what, 'Take it out, or choose names_from = "zh" or "en"')
        )
    if "count" not in read:
        mistakes += [
            Mistake((key,), f"{key} is for many agents", "Add count = …, or take it out")
            for key in ("shifts", "offsets", "names_from")
            if key in read
        ]
    if mistakes:
        raise MistakesError(*mistakes)


def _complete(read: Mapping[str, Any]) -> None:
    """Raises `MistakesError` for what new agents cannot do without."""
    mistakes = [
        Mistake((), f"{' or '.join(keys)} is missing", f"Add {keys[0]} = …")
        for keys in (("team",), ("shift", "shifts"), ("skills", "queues"))
        if not any(key in read for key in keys)
    ]
    if mistakes:
        raise MistakesError(*mistakes)


def _ids(first: str, count: int) -> list[str]:
    if count == 1:
        return [first]
    match = _NUMBERED.fullmatch(first)
    if match is None:
        what = f'"{first}" cannot be counted on'
        raise MistakesError(Mistake(("id",), what, 'End it in a number: "1001"'))
    return [f"{match[1]}{int(match[2]) + n:0{len(match[2])}}" for n in range(count)]


def _plan(read: Mapping[str, Any], id_: str, n: int, was: AgentPlan | None) -> AgentPlan:
    """The `n`th agent of a table, counted from 0."""
    own = {
        key: value
        for key, value in read.items()
        if key not in ("count", "skills", "shifts", "offsets", "names_from")
    }
    own["id"] = id_
    if shifts := read.get("shifts"):
        own["shift"] = shifts[n % len(shifts)]
    if offsets := read.get("offsets"):
        own["offset_min"] = offsets[n // len(shifts or "1") % len(offsets)]
    if "interface" in read:
        own["interface"] = read["interface"].replace(_PLACEHOLDER, id_)
    if "count" in read and (was is None or "names_from" in read):
        own["names"] = invented(_number(id_, n), read.get("names_from", "zh"))
    if was is not None:
        return replace(was, **own)
    return AgentPlan(**({"names": {}, "queues": (), "interface": f"PJSIP/{id_}"} | own))


def _number(id_: str, n: int) -> int:
    match = _NUMBERED.fullmatch(id_)
    return int(match[2]) if match else n
