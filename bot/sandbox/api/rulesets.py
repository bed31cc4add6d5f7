"""Endpoints of rulesets: what a branch requires, and the rulesets that say so."""

from typing import Any, Literal

import msgspec

from bot.sandbox.api.answers import Answer, not_found
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.state.records import JsonObject, Ruleset
from bot.sandbox.state.rules import rules_for

routes = Routes()


class RulesetFields(msgspec.Struct):
    """The body of a new or a changed ruleset; its rules are kept in GitHub's own words."""

    name: str | None = None
    enforcement: Literal["active", "evaluate", "disabled"] | None = None
    target: Literal["branch", "tag", "push", "repository"] = "branch"
    rules: list[dict[str, Any]] | None = None
    conditions: dict[str, Any] | None = None
    bypass_actors: list[dict[str, Any]] | None = None


class NewRuleset(RulesetFields, kw_only=True):
    """The body of a new ruleset."""

    name: str
    enforcement: Literal["active", "evaluate", "disabled"]


@routes("GET", "/repos/{owner}/{repo}/rules/branches/{branch*}", needs="metadata:read")
def list_rules(call: Call) -> Answer:
    """List every active rule of a branch, each with the ruleset that it comes from."""
    own = set(map(id, call.repo.rulesets))
    found = list(rules_for(call.world, call.repo, call.path["branch"]))

    def shape(entry: tuple[Ruleset, JsonObject]) -> JsonObject:
        ruleset, rule = entry
        here = id(ruleset) in own
        return {
            **rule,
            "ruleset_source_type": "Repository" if here else "Organization",
            "ruleset_source": call.repo.full_name if here else call.repo.owner.login,
            "ruleset_id": ruleset.id,
        }

    return call.page(found, shape)


@routes("GET", "/repos/{owner}/{repo}/rulesets", needs="metadata:read")
def list_of_repository(call: Call) -> Answer:
    """List the rulesets of a repository."""
    return call.page(call.repo.rulesets, lambda each: _summary(call, each))


@routes("POST", "/repos/{owner}/{repo}/rulesets", needs="administration:write")
def create_in_repository(call: Call) -> Answer:
    """Create a ruleset in a repository."""
    return _create(call, call.repo.rulesets)


@routes("GET", "/orgs/{org}/rulesets", needs="organization_administration:read")
def list_of_organization(call: Call) -> Answer:
    """List the rulesets of an organisation."""
    return call.page(_of_organization(call), lambda each: _summary(call, each))


@routes("POST", "/orgs/{org}/rulesets", needs="organization_administration:write")
def create_in_organization(call: Call) -> Answer:
    """Create a ruleset in an organisation."""
    return _create(call, _of_organization(call))


@routes("GET", "/orgs/{org}/rulesets/{ruleset_id}", needs="organization_administration:read")
def get_of_organization(call: Call) -> Answer:
    """Answer one ruleset of an organisation."""
    return Answer(_full(call, _find(call)))


@routes("PUT", "/orgs/{org}/rulesets/{ruleset_id}", needs="organization_administration:write")
def change_in_organization(call: Call) -> Answer:
    """Change a ruleset of an organisation; what the body leaves out stays."""
    ruleset, body = _find(call), call.decode(RulesetFields)
    for name in ("name", "enforcement", "rules", "conditions"):
        value = getattr(body, name)
        if value is not None:
            setattr(ruleset, name, value)
    return Answer(_full(call, ruleset))


def _create(call: Call, among: list[Ruleset]) -> Answer:
    body = call.decode(NewRuleset)
    world = call.world
    ruleset = Ruleset(
        world.next_id("ruleset"),
        body.name,
        body.enforcement,
        body.rules or [],
        body.conditions or {},
        world.clock(),
    )
    among.append(ruleset)
    return Answer(_full(call, ruleset), 201)


def _of_organization(call: Call) -> list[Ruleset]:
    if call.path["org"].lower() not in call.world.accounts:
        raise not_found()
    return call.world.rulesets[call.path["org"].lower()]


def _find(call: Call) -> Ruleset:
    number = call.number("ruleset_id")
    for ruleset in _of_organization(call):
        if ruleset.id == number:
            return ruleset
    raise not_found()


def _summary(call: Call, ruleset: Ruleset) -> JsonObject:
    here = "repo" in call.path
    return {
        "id": ruleset.id,
        "node_id": f"RRS_{ruleset.id}",
        "name": ruleset.name,
        "target": "branch",
        "source_type": "Repository" if here else "Organization",
        "source": call.repo.full_name if here else call.path["org"],
        "enforcement": ruleset.enforcement,
        "created_at": call.world.time(ruleset.created_at),
        "updated_at": call.world.time(ruleset.created_at),
    }


def _full(call: Call, ruleset: Ruleset) -> JsonObject:
    return {
        **_summary(call, ruleset),
        "bypass_actors": [],
        "conditions": ruleset.conditions,
        "rules": ruleset.rules,
    }
