"""Events that name no pull request, to the pull requests that they may concern. It judges none."""

from collections.abc import Collection
from typing import assert_never

from bot.gate.facts import InvalidConfig, PlanFile
from bot.gate.links import find_links
from bot.github.errors import Incomplete, NotFound
from bot.github.events import NO_COMMIT
from bot.github.gather import Gatherer
from bot.github.publisher import group_of
from bot.github.reader import OpenPull, Reader
from bot.report.check_run import NAME
from bot.subject import GroupSubject, HeadSubject, PullSubject, PushSubject


async def find_subjects(
    subject: HeadSubject | PushSubject, reader: Reader, gatherer: Gatherer, app_id: str
) -> list[PullSubject | GroupSubject]:
    """The open pull requests, or the merge group, whose verdict *subject* may have changed."""
    match subject:
        case HeadSubject(_, sha):
            found = await reader.read_pulls_at(sha)
            if not found and (group := await _group_of(sha, reader, app_id)):
                return [group]
        case PushSubject():
            found = await _concerned(subject, reader, gatherer)
        case _:
            assert_never(subject)
    return [PullSubject(pull.pull.repository, pull.pull.number) for pull in found]


async def _group_of(sha: str, reader: Reader, app_id: str) -> GroupSubject | None:
    """The merge group whose check of ours stands on the commit: no pull request leads to it."""
    runs = await reader.read_check_runs(sha, NAME, app_id)
    return next(filter(None, map(group_of, runs)), None)


async def _concerned(push: PushSubject, reader: Reader, gatherer: Gatherer) -> list[OpenPull]:
    """Those that link a plan which the push changed; all of them where the policy changed."""
    pulls = await reader.read_open_pulls()
    if not pulls:
        return []
    default = pulls[0].default_branch
    decided = [p for p in pulls if push.branch in {default, p.pull.base_ref}]
    if not decided:
        return []
    _, config = await gatherer.read_policy(default, push.branch)
    if isinstance(config, InvalidConfig) or push.before == NO_COMMIT:
        return decided
    try:
        plans = await gatherer.read_changed_plans(push.before, push.after, config)
    except (NotFound, Incomplete):  # a forced push may leave no trace of what was before
        return decided
    if plans is None:
        return decided
    return [p for p in decided if plans and _may_link(p, plans, config.plans.id_pattern)]


def _may_link(pull: OpenPull, plans: Collection[PlanFile], id_pattern: str) -> bool:
    """Whether the pull request names one of *plans*, or names none in its own words.

    Then only its files can tell which plan it is about, so it is looked at.
    """
    names = {plan.path for plan in plans} | {plan.plan.id for plan in plans if plan.plan.id}
    links = find_links(
        repository=pull.pull.repository,
        title=pull.pull.title,
        body=pull.pull.body,
        head_ref=pull.pull.head_ref,
        id_pattern=id_pattern,
        known=names,
    )
    return not links.counted or any(
        link.name in names or any(link.names(plan.path) for plan in plans) for link in links.counted
    )
