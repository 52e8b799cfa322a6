"""Tokens, tickets and pairing codes: once, in time, and never by chance."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.codes import LETTERS, LIVES_MS, MOST, MOST_OF_ONE_ADDRESS, Codes
from dashboard.tokens import TICKET_MS, Pass, Tickets, digest, is_token, new_token

LI = Pass("user", "li")


def test_a_token_has_256_bits_and_its_digest_tells_nothing() -> None:
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(is_token(token) and token not in digest(token) for token in tokens)


@given(st.text())
def test_what_is_no_token_opens_nothing(text: str) -> None:
    tickets = Tickets()
    tickets.issue(LI, 0)
    assert tickets.redeem(text, 0) is None


@given(st.integers(-(10**6), 10**6))
def test_a_ticket_holds_once_and_for_half_a_minute(age: int) -> None:
    tickets = Tickets()
    ticket = tickets.issue(LI, 10**9)
    expected = LI if 0 <= age < TICKET_MS else None
    assert tickets.redeem(ticket, 10**9 + age) == expected
    assert tickets.redeem(ticket, 10**9) is None


@given(st.integers(1, 5), st.integers(1, 20))
def test_of_many_tickets_the_last_ones_hold(most: int, issued: int) -> None:
    tickets = Tickets(most)
    given_out = [tickets.issue(Pass("user", str(n)), 0) for n in range(issued)]
    assert len(tickets) == min(most, issued)
    held = [tickets.redeem(ticket, 1) is not None for ticket in given_out]
    assert held == [n >= issued - most for n in range(issued)]


def test_a_code_has_no_letter_that_is_taken_for_another() -> None:
    codes = Codes()
    for number in range(MOST):
        asked = codes.ask(f"10.0.0.{number}", 0)
        assert asked is not None
        assert len(asked.code) == 6
        assert set(asked.code) <= set(LETTERS)
    assert not set(LETTERS) & set("01ILOU")


def test_a_code_is_confirmed_once_as_people_type_it() -> None:
    codes = Codes()
    asked = codes.ask("10.0.0.1", 0)
    assert asked is not None
    assert codes.paired(asked.secret, 1) == ""
    typed = f" {asked.code[:3].lower()}-{asked.code[3:]} "
    assert codes.confirm(typed, "d1", 2)
    assert not codes.confirm(asked.code, "d2", 3)
    assert codes.paired(asked.secret, 4) == "d1"
    assert codes.paired(new_token(), 4) is None
    codes.revoke("d1")
    assert codes.paired(asked.secret, 5) is None


def test_a_code_is_over_after_ten_minutes() -> None:
    codes = Codes()
    asked = codes.ask("10.0.0.1", 0)
    assert asked is not None
    assert codes.paired(asked.secret, LIVES_MS - 1) == ""
    assert not codes.confirm(asked.code, "d", LIVES_MS)
    assert codes.paired(asked.secret, LIVES_MS) is None
    assert len(codes) == 0


def test_neither_one_address_nor_all_can_take_more_codes_than_there_are() -> None:
    codes = Codes()
    mine = [codes.ask("10.0.0.1", 0) for _ in range(MOST_OF_ONE_ADDRESS + 3)]
    assert mine.count(None) == 3
    others = [codes.ask(f"10.1.0.{n}", 0) for n in range(MOST)]
    assert others.count(None) == MOST_OF_ONE_ADDRESS
    assert codes.ask("10.0.0.1", LIVES_MS) is not None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3 * LIVES_MS)), max_size=80))
def test_open_codes_are_bounded_and_all_different(asks: list[tuple[str, int]]) -> None:
    codes = Codes()
    for address, now in asks:
        codes.ask(address, now)
        assert len(codes) <= MOST
        shown = [each.code for each in codes._open.values()]
        assert len(set(shown)) == len(shown)
        assert all(now < each.until <= now + LIVES_MS for each in codes._open.values())
