"""What became of an approved plan since: the commits that changed it, and who reviewed those.

It follows the plan from commit to parent, and trusts no order: a commit's date is its author's
word. Through a merge it follows where the approval came from, so that nothing comes in beside it.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from bot.gate.approval import changed_parts
from bot.gate.facts import Branch, PlanChange, PlanFile, Revision
from bot.github import answers
from bot.github.comparisons import WEB_FLOW
from bot.github.errors import Incomplete, Unexpected
from bot.github.history import History, memory_key
from bot.github.memory import Memory, recall_as
from bot.github.plans import PlanReader
from bot.github.reader import Reader

MAX_REVISIONS = 50  # commits that touched a plan since it was set Approved

# The number rises with the shape of `Revision`, and with what counts as a change.
_KIND: Final = "revisions 1"


@dataclass(frozen=True, slots=True)
class Revisions:
    """Reads what changed in the plans of one repository."""

    history: History
    reader: Reader
    plans: PlanReader
    memory: Memory

    async def read_later(self, branch: Branch, plan: PlanFile, set_by: str) -> tuple[Revision, ...]:
        """What changed in *plan* since the commit *set_by* wrote its Status line, newest first.

        It is kept once a merged pull request has brought each change. Raises `Incomplete` where
        more commits touched the plan than are looked at.
        """
        newest = await self.history.read_last_commit(branch.sha, plan.path)
        if newest is None:
            raise Unexpected(f"GitHub knows no commit that touches {plan.path}")
        key = memory_key(self.history.repository, branch, plan, newest.sha)
        if (kept := await recall_as(tuple[Revision, ...], self.memory, _KIND, key)) is not None:
            return kept
        walk = _Walk(self, branch.name, plan.path, set_by)
        found = tuple([revision async for revision in walk.back_from(newest)])
        if parts := _changed([await walk.read_plan(newest)], plan):
            return (Revision("", parts), *found)  # *plan* is a merge group's
        if all(revision.pull for revision in found):  # GitHub learns of a merge a little after it
            await self.memory.keep(_KIND, key, msgspec.json.encode(found))
        return found


class _Older(NamedTuple):
    """The plan as a parent has it, and the commit that left it so."""

    commit: answers.Commit
    plan: PlanFile


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way back from a branch to the commit that wrote the Status line of a plan on it."""

    by: Revisions
    branch: str
    path: str
    set_by: str

    async def back_from(self, newest: answers.Commit) -> AsyncIterator[Revision]:
        """Yield what changed parts of the plan."""
        waiting, seen = [newest], set[str]()
        while waiting:
            commit = waiting.pop(0)
            is_first = commit.sha == self.set_by
            if commit.sha in seen or (is_first and not _is_merge(commit)):
                continue
            if len(seen) == MAX_REVISIONS:
                raise Incomplete(
                    f"more than {MAX_REVISIONS} commits touched {self.path} since it was set "
                    "Approved: set it to Draft, and have it approved anew"
                )
            seen.add(commit.sha)
            older = [] if is_first else await self._older(commit)
            if parts := _changed([each.plan for each in older], await self.read_plan(commit)):
                yield await self._revision(commit, parts)
            waiting += [each.commit for each in older]

    async def read_plan(self, commit: answers.Commit) -> PlanFile:
        """The plan that a commit on the way has left."""
        plan = await self._find_plan(commit)
        if plan is None:
            raise Unexpected(
                f"{self.path} is no file at {commit.sha}, and its lines are from there"
            )
        return plan

    async def _find_plan(self, commit: answers.Commit) -> PlanFile | None:
        tree = await self.by.reader.read_tree(commit.commit.tree.sha)
        return (await self.by.plans.read_at(tree, [self.path])).get(self.path)

    async def _older(self, commit: answers.Commit) -> list[_Older]:
        """The plan in each parent that has the very Status line that stands approved.

        A commit that did not write that line, and has one parent, has it from there. Nothing is
        older where the plan had no file by that name: then all of it is new.
        """
        found = []
        for parent in commit.parents:
            last = await self.by.history.read_last_commit(parent.sha, self.path)
            plan = await self._find_plan(last) if last else None
            if last and plan and (not _is_merge(commit) or await self._holds(last.sha, plan)):
                found.append(_Older(last, plan))
        return found

    async def _holds(self, commit_sha: str, plan: PlanFile) -> bool:
        if plan.status_line is None:
            return False
        wrote = await self.by.history.read_status_commit(commit_sha, plan)
        return wrote.oid == self.set_by

    async def _revision(self, commit: answers.Commit, parts: tuple[str, ...]) -> Revision:
        """A change, with the pull request whose reviewers have seen it.

        A merge that somebody made by hand and pushed they have not seen: it may hold anything, and
        GitHub names the pull request all the same.
        """
        arrival = await self.by.history.read_arrival(commit.sha, self.branch)
        if arrival is None or not (
            not _is_merge(commit)
            or _is_githubs(commit)
            or await self.by.history.contains(arrival.head, commit.sha)
        ):
            return Revision(commit.sha, parts)
        return Revision(commit.sha, parts, arrival.pull, arrival.author, arrival.reviews)


def _changed(before: Sequence[PlanFile], after: PlanFile) -> tuple[str, ...]:
    """The parts that are as in none of the plans before; all of them where there is none."""
    if not before:
        return changed_parts(PlanChange(None, None, after))
    first, *others = (changed_parts(PlanChange(each, each, after)) for each in before)
    return tuple(part for part in first if all(part in other for other in others))


def _is_merge(commit: answers.Commit) -> bool:
    return len(commit.parents) > 1


def _is_githubs(commit: answers.Commit) -> bool:
    """Whether GitHub made the commit, and vouches for that."""
    committer = commit.committer.login if commit.committer else ""
    return commit.commit.verified and committer == WEB_FLOW
