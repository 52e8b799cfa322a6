"""Passwords: which ones are taken, and how they are kept: argon2id, by the library's own defaults."""

import asyncio
import re
import unicodedata
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard.desks import RefusedError

T = TypeVar("T")

SHORTEST, LONGEST = 10, 256
MOST_AT_ONCE = 2
"""Each takes 64 MiB for a moment: a crowd at the door must not take all of the machine's."""
MOST_WAITING = 16

_REPEATED = re.compile(r"(.{1,5}?)\1+.{0,2}", re.DOTALL)
_RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "zaq12wsxcde34rfvbgt56yhnmju7",
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
)
_ROOTS = (
    *("password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "admin", "administrator"),
    *("floorwatch", "callcenter", "callcentre", "asterisk", "supervisor", "manager", "operator"),
    *("welcome", "letmein", "changeme", "secret", "default", "system", "master", "test", "temp"),
    *("iloveyou", "woaini", "wodemima", "mima", "qwerty", "qwertyuiop", "asdfghjkl", "abc", "abcd"),
    *("monkey", "dragon", "sunshine", "princess", "football", "baseball", "superman", "batman"),
    *("hello", "guest", "user", "root", "login", "access", "private", "company", "office"),
    *("spring", "summer", "autumn", "winter", "monday", "friday", "january", "december"),
    *("beijing", "shanghai", "shenzhen", "guangzhou", "china", "zhongguo", "kefu", "hujiao"),
    *("qwe", "qaz", "zxc", "asd", "aaa", "wang", "zhang", "admin123admin", "pass123word"),
    *("密码", "我爱你", "客服中心", "呼叫中心", "管理员"),
)
_TRIMMINGS = re.compile(r"[\W\d_]+$|^[\W\d_]+")
_MOST_TRIMMED = 10
"""A year or a whole date at its end makes no password of a word; a long number may."""
_CALENDAR = re.compile(r"(19|20)\d{6}|1[3-9]\d{9}")
"""A birthday, and a mobile number."""


class Passwords:
    """Hashes and verifies in threads, a few at a time. Raises RefusedError `too_many_tries` if a
    crowd waits already."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)
        self._waiting = 0

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")

    async def hashed(self, password: str) -> str:
        """What to keep of a password."""
        return await self._in_turn(self._hasher.hash, _one_form(password))

    async def right(self, kept: str, password: str) -> bool:
        """Whether this is the password of which we keep that; takes as long where we keep none."""
        return await self._in_turn(self._verify, kept, _one_form(password[: 2 * LONGEST]))

    def outdated(self, kept: str) -> bool:
        """Whether it was hashed with less effort than is asked for today."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept or self._nobodys, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[..., T], *words: str) -> T:
        if self._waiting >= MOST_WAITING:
            raise RefusedError("too_many_tries", retry_ms=1_000)
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work, *words)
        finally:
            self._waiting -= 1


def check(password: str, *names: str) -> None:
    """Raises RefusedError for a password that is too short, too long or too easily guessed.

    `names` are what the person is called.
    """
    form = _one_form(password)
    if len(form) < SHORTEST:
        raise RefusedError("password_short", least=SHORTEST)
    if len(form) > LONGEST:
        raise RefusedError("password_long", most=LONGEST)
    folded = form.casefold()
    if any(_bare(folded) == _bare(_one_form(name).casefold()) for name in names if name):
        raise RefusedError("password_is_name")
    if _silly(folded):
        raise RefusedError("password_common")


def _silly(folded: str) -> bool:
    """One thing again and again, a run of keys, a date; or what everybody takes, and some digits."""
    runs = (*_RUNS, *(run[::-1] for run in _RUNS))
    core = _trimmed(folded)
    trimmed = len(folded) - len(core) <= _MOST_TRIMMED
    return (
        len(set(folded)) < 4
        or _REPEATED.fullmatch(folded) is not None
        or _CALENDAR.fullmatch(folded) is not None
        or any(folded in run for run in runs)
        or (trimmed and (core in _ROOTS or any(core in run for run in runs)))
    )


def _trimmed(folded: str) -> str:
    """Without the digits and signs at its ends; a number is nothing but these, and stays."""
    return _TRIMMINGS.sub("", folded) or folded


def _bare(folded: str) -> str:
    return _trimmed(re.sub(r"\s", "", folded))


def _one_form(password: str) -> str:
    # An input method may write the same letters at full width, or composed in another way.
    return unicodedata.normalize("NFKC", password)
