"""Endpoints of rulesets: what a branch requires, and the rulesets that say so."""

from typing import Any, Literal

import msgspec

from bot.sandbox.api.answers import Answer, Refused, not_found
from bot.sandbox.api.auth import UserCaller
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.state.records import JsonObject, Ruleset
from bot.sandbox.state.rules import rules_for

routes = Routes()


class RulesetFields(msgspec.Struct):
    """The body of a new or a changed ruleset; its rules are kept in GitHub's own words."""

    name: str | None = None
    enforcement: Literal["active", "evaluate", "disabled"] | None = None
    target: Literal["branch", "tag", "push", "repository"] | None = None
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
    """List the rulesets of a repository, and unless told otherwise those of its owner as well."""
    found = list(call.repo.rulesets)
    if call.choice("includes_parents", "true", "false") == "true":
        found += call.world.rulesets[call.repo.owner.login.lower()]
    return call.page(found, lambda each: _summary(call, each))


@routes("POST", "/repos/{owner}/{repo}/rulesets", needs="administration:write")
def create_in_repository(call: Call) -> Answer:
    """Create a ruleset in a repository."""
    return _create(call, call.repo.rulesets)


@routes("GET", "/repos/{owner}/{repo}/rulesets/{ruleset_id}", needs="metadata:read")
def get_of_repository(call: Call) -> Answer:
    """Answer one ruleset of a repository."""
    return Answer(_full(call, _find(call, call.repo.rulesets)))


@routes("PUT", "/repos/{owner}/{repo}/rulesets/{ruleset_id}", needs="administration:write")
def change_in_repository(call: Call) -> Answer:
    """Change a ruleset of a repository; what the body leaves out stays."""
    return _change(call, call.repo.rulesets)


@routes("DELETE", "/repos/{owner}/{repo}/rulesets/{ruleset_id}", needs="administration:write")
def delete_in_repository(call: Call) -> Answer:
    """Delete a ruleset of a repository."""
    return _delete(call, call.repo.rulesets)


@routes("GET", "/orgs/{org}/rulesets", needs="organization_administration:write")
def list_of_organization(call: Call) -> Answer:
    """List the rulesets of an organisation. GitHub wants to be trusted to write them for that."""
    return call.page(_of_organization(call), lambda each: _summary(call, each))


@routes("POST", "/orgs/{org}/rulesets", needs="organization_administration:write")
def create_in_organization(call: Call) -> Answer:
    """Create a ruleset in an organisation."""
    return _create(call, _of_organization(call))


@routes("GET", "/orgs/{org}/rulesets/{ruleset_id}", needs="organization_administration:write")
def get_of_organization(call: Call) -> Answer:
    """Answer one ruleset of an organisation."""
    return Answer(_full(call, _find(call, _of_organization(call))))


@routes("PUT", "/orgs/{org}/rulesets/{ruleset_id}", needs="organization_administration:write")
def change_in_organization(call: Call) -> Answer:
    """Change a ruleset of an organisation; what the body leaves out stays."""
    return _change(call, _of_organization(call))


@routes("DELETE", "/orgs/{org}/rulesets/{ruleset_id}", needs="organization_administration:write")
def delete_in_organization(call: Call) -> Answer:
    """Delete a ruleset of an organisation."""
    return _delete(call, _of_organization(call))


def _create(call: Call, among: list[Ruleset]) -> Answer:
    body = call.decode(NewRuleset)
    _refuse_bad(call, body, among)
    world = call.world
    ruleset = Ruleset(
        world.next_id("ruleset"),
        body.name,
        body.enforcement,
        body.rules or [],
        body.conditions or {},
        world.clock(),
        body.target or "branch",
        body.bypass_actors or [],
    )
    among.append(ruleset)
    return Answer(_full(call, ruleset), 201)


def _change(call: Call, among: list[Ruleset]) -> Answer:
    ruleset, body = _find(call, among), call.decode(RulesetFields)
    _refuse_bad(call, body, [each for each in among if each is not ruleset])
    for name in ("name", "target", "enforcement", "rules", "conditions", "bypass_actors"):
        value = getattr(body, name)
        if value is not None and call.world.limits.rulesets_change:
            setattr(ruleset, name, value)
    ruleset.updated_at = call.world.clock()
    return Answer(_full(call, ruleset))


def _delete(call: Call, among: list[Ruleset]) -> Answer:
    among.remove(_find(call, among))
    return Answer(None, 204)


def _refuse_bad(call: Call, body: RulesetFields, others: list[Ruleset]) -> None:
    """Raise Refused for a name that is taken, and for conditions that GitHub would not take."""
    if any(each.name == body.name for each in others):
        raise Refused(422, "Validation Failed", ["Name must be unique"])
    conditions = body.conditions
    if conditions is None or "repo" in call.path:
        return
    if sum(f"repository_{by}" in conditions for by in ("name", "id", "property")) != 1:
        raise Refused(422, "Validation Failed", ["Conditions must select repositories in one way"])


def _of_organization(call: Call) -> list[Ruleset]:
    found = call.world.rulesets[call.organization().login.lower()]
    if not call.world.limits.organization_rulesets:
        raise Refused(403, "Upgrade to GitHub Team to enable this feature.")
    return found


def _find(call: Call, among: list[Ruleset]) -> Ruleset:
    number = call.number("ruleset_id")
    for ruleset in among:
        if ruleset.id == number:
            return ruleset
    raise not_found()


def _summary(call: Call, ruleset: Ruleset) -> JsonObject:
    here = call.target is not None and ruleset in call.target.rulesets
    owner = call.path["org"] if call.target is None else call.target.owner.login
    updated_at = ruleset.created_at if ruleset.updated_at is None else ruleset.updated_at
    return {
        "id": ruleset.id,
        "node_id": f"RRS_{ruleset.id}",
        "name": ruleset.name,
        "target": ruleset.target,
        "source_type": "Repository" if here else "Organization",
        "source": call.repo.full_name if here else owner,
        "enforcement": ruleset.enforcement,
        "created_at": call.world.time(ruleset.created_at),
        "updated_at": call.world.time(updated_at),
    }


def _full(call: Call, ruleset: Ruleset) -> JsonObject:
    """Return a ruleset; who bypasses it is shown to those alone who may change it."""
    shape = {**_summary(call, ruleset), "conditions": ruleset.conditions, "rules": ruleset.rules}
    match call.caller:
        case UserCaller(token):
            place = "organization_administration" if call.target is None else "administration"
            shown = token.allows(f"{place}:write")
            if call.target is not None:
                shown = shown and call.world.role(call.target, token.account) == "admin"
        case _:
            shown = False
    return shape | ({"bypass_actors": ruleset.bypass_actors} if shown else {})
