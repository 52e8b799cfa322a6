"""The frames: merge patches by the letter of RFC 7396, and one encoding per frame."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.frames import View, merged, wired

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
    before = json.dumps(patch)
    kept = merged(merged({}, body), patch)
    asked = json.dumps(kept)
    merged(kept, {"a": {"b": {"c": 1}}, "b": {"d": [9]}, "c": None, "d": {"a": 0}})
    assert json.dumps(patch) == before
    copy = merged({}, json.loads(asked))
    for value in patch.values():
        if isinstance(value, list):
            value.append(77)
    assert merged(merged({}, body), json.loads(before)) == copy


def test_a_view_hides_what_it_hides_from_bodies_and_patches() -> None:
    view = View("wall", hidden=frozenset({"agents"}), build="b1")
    view.seq = 3
    body = {"at": 5, "agents": {"Alice Ahern": {}}}
    assert json.loads(view.full(body, 7)) == {
        "v": 1,
        "kind": "full",
        "seq": 3,
        "at": 7,
        "build": "b1",
        "body": {"at": 5},
    }
    assert view.shown({"agents": {}}, body) == {}
    assert json.loads(view.beat(8)) == {"v": 1, "kind": "beat", "seq": 3, "at": 8}
    assert view.encoded == 2


@pytest.mark.parametrize("size", [1, 125, 126, 65_535, 65_536])
def test_a_wired_text_is_one_unmasked_final_text_frame(size: int) -> None:
    wire = wired(b"x" * size)
    assert wire[0] == 0x81
    assert not wire[1] & 0x80
    assert wire.endswith(b"x" * size)
