"""The JSON Schema of the configuration, for editors. It is generated: types in, text out.

`python -m bot.config.jsonschema docs/plan-gate.schema.json` writes it; a test fails when it is
stale.
"""

import json
import sys
import typing
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bot.config.locks import lockable_keys
from bot.config.schema import Complexity, OrganisationConfig

_ID = "https://raw.githubusercontent.com/plan-gate/plan-gate/main/docs/plan-gate.schema.json"


# Codes of rules, but for group G: those are the gate, and nobody configures them.
_CODE = "[A-FH-Z][0-9]{3}"


def render() -> str:
    """Return the schema of both files: only the organisation's has `locked`."""
    generated = msgspec.json.schema(OrganisationConfig)
    keys = generated["$defs"]["OrganisationConfig"]
    keys["description"] = "`.github/plan-gate.yml`"
    sizes = generated["$defs"]["Sections"]["properties"]["required"]
    sizes["propertyNames"] = {"enum": list(typing.get_args(Complexity))}  # msgspec leaves them out
    keys["properties"]["rules"]["propertyNames"] = {"pattern": f"^{_CODE}$"}
    keys["properties"]["locked"]["items"] = {
        "anyOf": [{"enum": list(lockable_keys())}, {"pattern": rf"^rules\.{_CODE}$"}]
    }
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _ID,
        "title": "Plan Gate",
        **generated,
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def main(arguments: Sequence[str]) -> None:
    """Write the schema into the file that is named."""
    Path(arguments[0]).write_text(render(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
