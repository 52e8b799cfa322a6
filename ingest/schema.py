"""The published JSON Schema of the events: `python -m ingest.schema` prints it.

It is made from the types that decode them, so that it cannot say anything else than they do.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from ingest.wire import ENVELOPES, SCHEMA

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The JSON Schema of one event: one of the envelopes, told apart by `type`."""
    envelopes = tuple(ENVELOPES.values())
    refs, definitions = msgspec.json.schema_components(envelopes, ref_template="#/$defs/{name}")
    for data, envelope in ENVELOPES.items():
        definition = definitions[envelope.__name__]
        definition["description"] = _first_paragraph(data.__doc__)
        definition["required"] = sorted({*definition["required"], "type"})
    for name, definition in definitions.items():
        definition["title"] = name
        if "description" in definition:
            definition["description"] = _first_paragraph(definition["description"])
    return {
        "$schema": _DIALECT,
        "$id": SCHEMA,
        "title": "Floorwatch event",
        "description": "One fact of a call-centre floor, as a CloudEvents 1.0 envelope in JSON.",
        "type": "object",
        "anyOf": list(refs),
        "discriminator": {
            "propertyName": "type",
            "mapping": dict(_mapping(definitions, refs)),
        },
        "$defs": dict(sorted(definitions.items())),
    }


def _mapping(
    definitions: dict[str, dict[str, Any]], refs: tuple[dict[str, Any], ...]
) -> Iterator[tuple[str, str]]:
    for ref in refs:
        definition = definitions[ref["$ref"].rpartition("/")[2]]
        yield definition["properties"]["type"]["enum"][0], ref["$ref"]


def _first_paragraph(text: str | None) -> str:
    """A docstring's first paragraph on one line."""
    return " ".join((text or "").split("\n\n")[0].split())


def main() -> None:
    """Print the schema."""
    json.dump(schema(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
