"""Facts to verdict: the decision table, from the top row to the bottom. Total: every path ends."""

from collections.abc import Iterator

from bot.config.match import matches
from bot.config.schema import Config
from bot.gate.facts import Actor, Facts, InvalidConfig, PlanFile
from bot.gate.links import MAX_LINKS, Link, Links, find_links
from bot.gate.verdict import (
    ConfigBroken,
    ExemptAuthor,
    LinksDiffer,
    NoPlanLinked,
    OnlyExemptFiles,
    PlanAmbiguous,
    PlanApproved,
    PlanHasErrors,
    PlanInvalid,
    PlanNotApproved,
    PlanOnlyHere,
    PlanRemoved,
    PlansValid,
    PlanUnknown,
    ProposedConfigBroken,
    Reason,
    Unchecked,
    Verdict,
)
from bot.plan.model import Status


def decide(facts: Facts) -> Verdict:
    """Judge one pull request. The same facts give the same verdict."""
    if isinstance(facts.config, InvalidConfig):
        return Verdict((ConfigBroken(facts.config, facts.branch.name),))
    config = facts.config
    return Verdict(
        reasons=tuple(_reasons(facts, config)),
        touched=facts.head_plans,
        shadow=config.mode == "shadow",
        comments=config.comments,
    )


def is_plan(path: str, config: Config) -> bool:
    """Whether *path* is a plan file's."""
    return matches(path, config.plans.paths) and not matches(path, config.plans.exclude)


def _reasons(facts: Facts, config: Config) -> Iterator[Reason]:
    if facts.unread is not None:
        yield Unchecked(facts.unread)
    if facts.proposed_config is not None:
        yield ProposedConfigBroken(facts.proposed_config)
    plan_paths = [file.path for file in facts.files if is_plan(file.path, config)]
    code = [file.path for file in facts.files if is_code(file.path, config)]
    if plan_paths:
        yield from _judge_plans(facts.head_plans, plan_paths)
    if code and _is_exempt(facts, config):
        yield ExemptAuthor(facts.pull.author.login)
    elif code:
        yield from _judge_code(facts, config, code[0])
    elif not plan_paths:
        yield OnlyExemptFiles()


def is_code(path: str, config: Config) -> bool:
    """Whether a change of *path* needs a plan."""
    return not (is_plan(path, config) or matches(path, config.gate.exempt_paths))


def may_be_exempt(author: Actor, config: Config) -> bool:
    """Whether the author's code needs no plan: by exact login, and by account type for a bot."""
    named = author.login in config.gate.exempt_authors
    return named and author.bot == author.login.endswith("[bot]")


def _is_exempt(facts: Facts, config: Config) -> bool:
    """Whether an exempt author opened it, and every commit is verified as an exempt author's.

    Anybody who can push may add a commit to a bot's branch, and write any name on it.
    """
    commits = facts.commit_authors
    vouched = (a.verified and a.login in config.gate.exempt_authors for a in commits)
    return may_be_exempt(facts.pull.author, config) and bool(commits) and all(vouched)


def _judge_plans(plans: tuple[PlanFile, ...], paths: list[str]) -> Iterator[Reason]:
    """The rows about plan files: each is valid, or its errors block."""
    for plan in plans:
        if plan.errors:
            yield PlanHasErrors(plan)
    valid = tuple(plan for plan in plans if not plan.errors)
    if valid:
        yield PlansValid(valid)
    if not plans:
        yield PlanRemoved(tuple(paths))


def _judge_code(facts: Facts, config: Config, example_file: str) -> Iterator[Reason]:
    """The rows about code: every linked plan is Approved and valid on the trusted branch."""
    links = _links(facts, config)
    if not links.counted:
        yield NoPlanLinked(example_file)
    if len(links.counted) > MAX_LINKS:
        yield Unchecked(f"more than {MAX_LINKS} plans are linked")
    for link in links.counted[:MAX_LINKS]:
        yield _judge_link(link, facts)
    for link in links.ignored:
        yield LinksDiffer(links.counted[0].name, link.place, link.name)


def _links(facts: Facts, config: Config) -> Links:
    plans = (*facts.base_plans, *facts.head_plans)
    return find_links(
        repository=facts.pull.repository,
        title=facts.pull.title,
        body=facts.pull.body,
        head_ref=facts.pull.head_ref,
        id_pattern=config.plans.id_pattern,
        known={plan.plan.id for plan in plans if plan.plan.id},
        touched=tuple(plan.label for plan in facts.head_plans),
    )


def _judge_link(link: Link, facts: Facts) -> Reason:
    branch = facts.branch.name
    here = _named(link, facts.head_plans)
    found = _named(link, facts.base_plans)
    match found:
        case []:
            return PlanOnlyHere(here[0], branch) if here else PlanUnknown(link.name, branch)
        case [plan] if plan.plan.status is not Status.APPROVED:
            approved_here = any(p.plan.status is Status.APPROVED for p in here)
            return PlanNotApproved(plan, branch, approved_here)
        case [plan] if plan.errors:
            return PlanInvalid(plan, branch)
        case [plan]:
            return PlanApproved(plan, branch)
        case _:
            return PlanAmbiguous(link.name, tuple(plan.path for plan in found), branch)


def _named(link: Link, plans: tuple[PlanFile, ...]) -> list[PlanFile]:
    if link.is_path:
        return [plan for plan in plans if link.names(plan.path)]
    return [plan for plan in plans if plan.plan.id == link.name]
