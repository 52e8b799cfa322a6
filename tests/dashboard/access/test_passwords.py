"""Which passwords are taken, and that telling right from wrong tells nothing else."""

import asyncio

import pytest
from argon2 import PasswordHasher

from dashboard.desks import RefusedError
from dashboard.passwords import MOST_WAITING, Passwords, check

GOOD = "plain hens lay eggs"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SILLY = """1234567890 0123456789 9876543210 0987654321 1111111111 0000000000 8888888888888
1212121212 123123123123 1231231234 abcabcabcabc abcdefghij qwertyuiop poiuytrewq 1qaz2wsx3edc
q1w2e3r4t5 1q2w3e4r5t zaq12wsxcde3 password12 Password123! password2026 passw0rd123 P@ssw0rd2026
admin12345 Admin@2026 admin123456 administrator Administrator1 welcome2026 Welcome123! changeme123
letmein1234 qwerty123456 qwertyuiop1 asdfghjkl123 iloveyou123 woaini1314 woaini520520 wodemima123
floorwatch1 floorwatch2026 callcenter1 callcenter123 callcentre2026 asterisk123 supervisor1
manager2026 operator123 superman123 sunshine2026 football2026 princess123 summer2026! winter2026!!
beijing2008 shanghai2026 shenzhen888 guangzhou1 zhongguo123 kefu123456 abcd123456 abc123456789
aaaaaaaaaa aaaaaabbbb 13800138000 19900101 2000010120000101 !!!!!!!!!! qqqqqqqqqqqq 147147147147
dragon2026!! monkey123456 baseball2026 batman123456 master123456 system123456 default123
secret123456 private2026 company2026 office2026! login123456 access123456 guest123456 hello123456
root1234567 user1234567 test123456 temp123456 monday2026! january2026 december2026 密码12345678
我爱你52013145 客服中心2026! 呼叫中心123456 管理员123456 １２３４５６７８９０ ｐａｓｓｗｏｒｄ１２"""


@pytest.mark.parametrize("password", SILLY.split())
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check(password, "somebody")
    assert refused.value.why in {"password_common", "password_short"}


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery",
        "kX9-2mQ!vw4z",
        "8264019375",
        "三千里江山如此多娇啊",
        "wolf4417tulip",
        "lots of sunshine 4u",
    ],
)
def test_a_good_one_is_taken(password: str) -> None:
    check(password, "li.na", "李娜")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("nine char", "password_short"),
        ("x y" * 100, "password_long"),
        ("wangxiaoming", "password_is_name"),
        ("WangXiaoMing1!", "password_is_name"),
        ("2026wang xiao ming", "password_is_name"),
        ("ｗａｎｇｘｉａｏｍｉｎｇ", "password_is_name"),
    ],
)
def test_it_is_said_what_is_wrong(password: str, why: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check(password, "wangxiaoming", "Wang Xiao Ming")
    assert refused.value.why == why


async def test_only_the_right_one_is_right_however_it_is_typed() -> None:
    passwords = Passwords(QUICK)
    kept = await passwords.hashed("ｌｉ na ＋１２３４５")
    assert await passwords.right(kept, "li na +12345")
    assert not await passwords.right(kept, "li na +12346")
    assert not await passwords.right("no hash at all", "li na +12345")


async def test_nobody_has_the_password_of_those_who_have_none() -> None:
    assert not await Passwords(QUICK).right("", "nobody has this password")


async def test_the_defaults_of_the_library_are_used_and_weaker_ones_are_outdated() -> None:
    passwords = Passwords()
    kept = await passwords.hashed(GOOD)
    defaults = PasswordHasher()
    assert kept.startswith("$argon2id$")
    assert f"m={defaults.memory_cost},t={defaults.time_cost},p={defaults.parallelism}" in kept
    assert not passwords.outdated(kept)
    assert passwords.outdated(QUICK.hash(GOOD))


async def test_who_has_no_hash_costs_the_same_work() -> None:
    """Of the work, not of the clock: a name that is unknown is verified too."""

    class Counting(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            Counting.verified += 1
            return QUICK.verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert not await passwords.right("", GOOD)
    assert not await passwords.right(QUICK.hash("another"), GOOD)
    assert Counting.verified == 2


async def test_a_crowd_is_asked_to_come_again() -> None:
    passwords = Passwords(QUICK)
    kept = await passwords.hashed(GOOD)
    tries = [passwords.right(kept, GOOD) for _ in range(MOST_WAITING + 5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [each for each in results if isinstance(each, RefusedError)]
    assert results.count(True) == MOST_WAITING
    assert [each.told for each in refused] == [{"retry_ms": 1_000}] * 5
    assert await passwords.right(kept, GOOD)
