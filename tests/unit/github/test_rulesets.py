"""Rulesets as GitHub lists them: what is not ours, and what cannot be understood."""

from typing import Any

import pytest

from bot.github import answers
from bot.github.errors import Unexpected
from bot.github.rulesets import Rulesets
from bot.rollout.ruleset import Place

CHECKS = {"type": "required_status_checks", "parameters": {"required_status_checks": [{}]}}


class Listing:
    """A client that lists one ruleset, and shows it as it is told to."""

    def __init__(self, source_type: str, **parts: Any) -> None:
        self.entry = answers.RulesetEntry(1, "Plan Gate", source_type)
        self.parts = parts

    async def read_all(self, *_: object) -> list[answers.RulesetEntry]:
        return [self.entry]

    async def read(self, *_: object, **__: str) -> answers.Ruleset:
        return answers.Ruleset(1, "active", **self.parts)


def rulesets(source_type: str, **parts: Any) -> Rulesets:
    return Rulesets(Listing(source_type, **parts), Place("acme"))  # type: ignore[arg-type]


async def test_an_enterprises_ruleset_of_that_name_is_not_ours() -> None:
    assert await rulesets("Enterprise").read() is None
    found = await rulesets("Organization").read()
    assert found is not None
    assert (found.id, found.conditions, found.rules, found.bypass_actors) == (1, {}, (), None)


@pytest.mark.parametrize(
    "parts",
    [
        {"rules": ({"parameters": {}},)},
        {"rules": ({"type": "required_status_checks", "parameters": []},)},
        {"rules": (CHECKS,)},
        {"conditions": {"ref_name": {"include": "main"}}},
        {"conditions": {"repository_name": ["shop"]}},
        {"bypass_actors": ({"actor_id": 5},)},
    ],
)
async def test_what_cannot_be_understood_is_not_written_back(parts: dict[str, Any]) -> None:
    with pytest.raises(Unexpected, match="GitHub's answer lacks what we need"):
        await rulesets("Organization", **parts).read()
