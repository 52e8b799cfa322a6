"""The vocabulary is whole: each kind of data has one type, one envelope, one name."""

import msgspec

from ingest.events import Data
from ingest.wire import ENVELOPES, TYPES
from ingest.words import AgentStatus


def kinds(of: type[Data]) -> set[type[Data]]:
    """All kinds of data that are no mere base of others."""
    below = of.__subclasses__()
    return {of} if not below else set().union(*(kinds(kind) for kind in below))


def test_every_kind_of_data_has_a_type_and_an_envelope() -> None:
    assert kinds(Data) == set(TYPES.values()) == set(ENVELOPES)


def test_types_follow_the_pattern_of_the_house() -> None:
    for name in TYPES:
        acd, family, kind, version = name.split(".")
        assert (acd, version) == ("acd", "v1")
        assert family in {"call", "agent", "system", "snapshot", "survey", "quality"}
        assert kind.replace("_", "").isalpha()


def test_every_kind_is_frozen_and_described() -> None:
    for kind in TYPES.values():
        assert kind.__struct_config__.frozen
        assert kind.__doc__
        assert kind.__doc__.strip().endswith((".", "`"))


def test_of_two_states_that_hold_the_busier_is_named_first() -> None:
    order = list(AgentStatus)
    assert order.index(AgentStatus.TALKING) < order.index(AgentStatus.NOT_READY)
    assert order.index(AgentStatus.ACW) < order.index(AgentStatus.SIGNED_OUT)


def test_fields_of_durations_and_instants_say_so_in_their_names() -> None:
    for kind in TYPES.values():
        for field in msgspec.structs.fields(kind):
            if field.name.endswith("_ms"):
                assert "int" in str(field.type), f"{kind.__name__}.{field.name}"
