"""The frames: merge patches by the letter of RFC 7396, and one encoding per frame."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.frames import View, difference, merged, wired

# The examples of RFC 7396, appendix A, whose target or result is an object.
RFC_CASES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
]


@pytest.mark.parametrize(("target", "patch", "result"), RFC_CASES)
def test_a_patch_does_what_the_rfc_says(target: Any, patch: Any, result: Any) -> None:
    assert merged(target, patch) == result


leaves = st.integers(0, 9) | st.text(max_size=2) | st.lists(st.integers(0, 9), max_size=2)
keys = st.sampled_from("abcd")
inner = st.dictionaries(keys, leaves, max_size=2)
bodies = st.dictionaries(keys, leaves | inner | st.dictionaries(keys, inner, max_size=2))


@given(bodies, bodies)
def test_what_we_keep_is_ours_alone(body: dict[str, Any], patch: dict[str, Any]) -> None:
    before, known = json.dumps(patch), json.dumps(body)
    kept = merged(body, patch)
    assert (json.dumps(patch), json.dumps(body)) == (before, known)
    copy = merged(json.loads(known), json.loads(before))
    for value in patch.values():
        if isinstance(value, list):
            value.append(77)
    assert kept == copy


@given(bodies, bodies)
def test_what_a_patch_does_not_touch_is_the_same_object(
    body: dict[str, Any], patch: dict[str, Any]
) -> None:
    kept: Any = merged(body, patch)
    for key in body.keys() - patch.keys():
        assert kept[key] is body[key]


@given(bodies, bodies)
def test_the_difference_makes_the_one_into_the_other(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert merged(old, difference(old, new)) == new
    assert difference(new, new) == difference(new, json.loads(json.dumps(new))) == {}


def test_a_view_shows_what_its_look_lets_through_and_counts_for_itself() -> None:
    view = View("wall", lambda body: {key: body[key] for key in body if key != "agents"}, "b1")
    assert view.follow({"at": 5, "agents": {"Alice Ahern": {}}}) == {"at": 5}
    full = {"v": 1, "kind": "full", "seq": 1, "at": 7, "build": "b1", "body": {"at": 5}}
    assert json.loads(view.full(7)) == full
    assert view.follow({"at": 5, "agents": {}}) == {}
    assert json.loads(view.beat(8)) == {"v": 1, "kind": "beat", "seq": 1, "at": 8}
    changes = view.follow({"at": 6})
    delta = {"v": 1, "kind": "delta", "seq": 2, "at": 9, "body": {"at": 6}}
    assert json.loads(view.delta(changes, 9)) == delta
    assert view.encoded == 3


@pytest.mark.parametrize("size", [1, 125, 126, 65_535, 65_536])
def test_a_wired_text_is_one_unmasked_final_text_frame(size: int) -> None:
    wire = wired(b"x" * size)
    assert wire[0] == 0x81
    assert not wire[1] & 0x80
    assert wire.endswith(b"x" * size)
