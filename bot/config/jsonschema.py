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

from bot.config.schema import Complexity, Config

_ID = "https://raw.githubusercontent.com/plan-gate/plan-gate/main/docs/plan-gate.schema.json"


def render() -> str:
    """Return the schema."""
    generated = msgspec.json.schema(Config)
    sizes = generated["$defs"]["Sections"]["properties"]["required"]
    sizes["propertyNames"] = {"enum": list(typing.get_args(Complexity))}  # msgspec leaves them out
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
