"""The published schema and the examples say what the code does."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.schema import main, schema
from ingest.wire import SCHEMA, TYPES, WireError, decode, encode

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = (DOCS / "examples" / "events.jsonl").read_bytes().splitlines()
INVALID = [
    json.loads(line)
    for line in (DOCS / "examples" / "invalid.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_the_published_schema_is_the_one_of_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    published = (DOCS / "events.schema.json").read_text(encoding="utf-8")
    assert capsys.readouterr().out == published, "run `make schema`"


def test_the_schema_names_every_type_and_describes_it() -> None:
    page = schema()
    assert page["$id"] == SCHEMA
    mapping = page["discriminator"]["mapping"]
    assert set(mapping) == set(TYPES)
    for ref in mapping.values():
        definition = _resolved(page, ref)
        assert definition["description"]
        assert {"type", "id", "source", "data"} <= set(definition["required"])


def test_every_reference_in_the_schema_leads_somewhere() -> None:
    page = schema()
    for ref in _refs(page):
        assert _resolved(page, ref)["title"]


def test_there_is_an_example_of_every_type() -> None:
    events = [decode(line, 0) for line in EXAMPLES]
    assert [type(event.data) for event in events] == list(TYPES.values())


def test_examples_are_written_as_we_write() -> None:
    for line in EXAMPLES:
        assert encode(decode(line, 0)) == line


@pytest.mark.parametrize("example", INVALID, ids=lambda example: example["why"])
def test_a_wrong_example_gives_its_message(example: dict[str, Any]) -> None:
    with pytest.raises(WireError) as refused:
        decode(json.dumps(example["event"]).encode(), 0)
    assert str(refused.value) == example["message"]


def _resolved(page: dict[str, Any], ref: str) -> dict[str, Any]:
    found: dict[str, Any] = page["$defs"][ref.removeprefix("#/$defs/")]
    return found


def _refs(node: Any) -> list[str]:
    if isinstance(node, dict):
        here = [node["$ref"]] if "$ref" in node else []
        return here + [ref for value in node.values() for ref in _refs(value)]
    return [ref for value in node for ref in _refs(value)] if isinstance(node, list) else []
