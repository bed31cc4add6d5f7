"""The only writes: the difference between what should stand on GitHub and what stands there.

The writes look first and are whole in themselves, so a crash anywhere is mended by running again.
https://docs.github.com/en/rest/checks/runs
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

import structlog

from bot.errors import PlanGateError
from bot.github import answers
from bot.github.client import Client
from bot.github.errors import NotFound, Refused
from bot.github.reader import Reader
from bot.github.standing import Standing, StandingCheck, StandingComment
from bot.report.check_run import NAME, Annotation, CheckRun
from bot.report.comment import MARKER
from bot.subject import GroupSubject, parse_subject

BATCH = 50  # annotations a request

Guard = Callable[[], Awaitable[None]]
"""Raises where this run may no longer write: the claim is lost, or the facts have moved on."""

Render = Callable[[bool], str | None]
"""Makes a comment's text, told whether one stands; None where there is nothing to write."""

T = TypeVar("T")

_log = structlog.get_logger()


class WrittenLate(PlanGateError):
    """The claim was lost while a check run was written: it may stand above a newer one."""


class Publisher:
    """Writes to one repository, as the App *app_id* with the account *bot_login*.

    *owned* raises where the run has lost its claim: it is the last thing asked before a write.
    """

    def __init__(
        self,
        client: Client,
        reader: Reader,
        standing: Standing,
        app_id: str,
        bot_login: str,
        owned: Guard,
    ) -> None:
        self._client = client
        self._reader = reader
        self._standing = standing
        self._owner, _, self._repo = reader.repository.partition("/")
        self._app_id = app_id
        self._bot_login = bot_login
        self._owned = owned

    async def read_standing(self, head_sha: str, *, first: bool) -> StandingCheck | None:
        """The check run of ours that decides on the commit, by our own memory if it knows.

        *first*: nobody has judged the commit before.
        """
        known = await self._standing.check(head_sha)
        return known if known or first else await self.read_newest(head_sha)

    async def read_newest(self, head_sha: str) -> StandingCheck | None:
        """The check run of ours that decides on the commit, by GitHub: the newest."""
        runs = await self._reader.read_check_runs(head_sha, NAME, self._app_id)
        newest = max(runs, key=lambda run: run.id, default=None)
        return None if newest is None else await self._standing.see_check(head_sha, newest)

    async def read_first_verdict(self, head_sha: str) -> float | None:
        """When a check run of ours was first complete on the commit, in seconds since the epoch."""
        runs = await self._reader.read_check_runs(head_sha, NAME, self._app_id, every=True)
        ended = [run.completed_at for run in runs if run.status == "completed" and run.completed_at]
        return min((datetime.fromisoformat(at).timestamp() for at in ended), default=None)

    async def publish_check_run(self, head_sha: str, run: CheckRun, guard: Guard) -> None:
        """Write a new check run; it concludes only with its last batch of annotations.

        Until then it is in progress, so that no crash leaves a conclusion without its findings.
        Raises `WrittenLate` where the claim was lost meanwhile.
        """
        batches = _batches(run.annotations)
        opening: dict[str, object] = {
            "name": NAME,
            "head_sha": head_sha,
            "external_id": run.external_id,
            **_step(run, batches[0], last=len(batches) == 1),
        }
        await guard()
        await self._standing.begin_check(head_sha)
        url = "/repos/{owner}/{repo}/check-runs"
        made = await self._create(answers.CheckRun, url, opening)
        for index, batch in enumerate(batches[1:], start=2):
            await guard()
            await self._update(
                answers.CheckRun,
                "/repos/{owner}/{repo}/check-runs/{id}",
                _step(run, batch, last=index == len(batches)),
                made.id,
            )
        await self._keep(head_sha, run)

    def settles_in(self) -> float:
        """Seconds until what other runs may have sent has arrived: then look again. Mostly 0."""
        return self._standing.settles_in()

    async def publish_comment(
        self,
        number: int,
        render: Render,
        guard: Guard,
        marker: str = MARKER,
        *,
        silent: bool = False,
    ) -> None:
        """Bring the comment with *marker* up to date; *silent*: nobody has commented at all.

        A conversation that is locked or gone takes no comment: the check run says it all.
        """
        standing = await self._standing.comment(number, marker)
        if standing is None:
            found = None if silent else await self._find_comment(number, marker)
            seen = (found.id, found.body or "") if found else (0, "")
            standing = await self._standing.see_comment(number, marker, *seen)
        body = render(standing.id != 0)
        if body is None or standing.says(body):
            return
        await guard()
        await self._standing.begin_comment(number, marker)
        try:
            written = await self._write_comment(number, standing, render)
        except (NotFound, Refused) as refusal:
            _log.warning("comment refused", pull=number, reason=str(refusal))
            await self._standing.keep_comment(number, marker, standing)
        else:
            await self._standing.see_comment(number, marker, *written)

    async def say(
        self, number: int, marker: str, text: str, *, anew: bool = True, over: bool = True
    ) -> None:
        """Let *text* stand in the comment with *marker*.

        *anew*: begin a comment where none stands; *over*: write over what stands there.
        """

        def render(stands: bool) -> str | None:
            return text if (over if stands else anew) else None

        await self.publish_comment(number, render, self._owned, marker)

    async def react(self, comment: int, content: str) -> None:
        """React to a comment; where the same reaction stands already, GitHub leaves it at that.

        https://docs.github.com/en/rest/reactions/reactions
        """
        url = "/repos/{owner}/{repo}/issues/comments/{id}/reactions"
        try:
            await self._create(answers.Reaction, url, {"content": content}, id=str(comment))
        except (NotFound, Refused) as refusal:
            _log.warning("reaction refused", comment=comment, reason=str(refusal))

    async def _keep(self, head_sha: str, run: CheckRun) -> None:
        """Remember what was written, unless another run may have written in between."""
        try:
            await self._owned()
        except PlanGateError as lost:
            await self._standing.begin_check(head_sha)
            raise WrittenLate(str(lost)) from lost
        await self._standing.keep_check(head_sha, run)

    async def _write_comment(
        self, number: int, standing: StandingComment, render: Render
    ) -> tuple[int, str]:
        """Write what stands anew; return its id and text. The id is 0 where nothing is to stand."""
        if standing.id and (body := render(True)):
            url = "/repos/{owner}/{repo}/issues/comments/{id}"
            with suppress(NotFound):  # somebody has deleted it
                edited = await self._update(answers.Comment, url, {"body": body}, standing.id)
                return edited.id, body
        if (body := render(False)) is None:
            return 0, ""
        url = "/repos/{owner}/{repo}/issues/{number}/comments"
        made = await self._create(answers.Comment, url, {"body": body}, number=str(number))
        return made.id, body

    async def _create(self, type_: type[T], url: str, body: Mapping[str, object], **at: str) -> T:
        await self._owned()
        return await self._client.create(type_, url, body, **self._at(**at))

    async def _update(self, type_: type[T], url: str, body: Mapping[str, object], id_: int) -> T:
        await self._owned()
        return await self._client.update(type_, url, body, **self._at(id=str(id_)))

    async def _find_comment(self, number: int, marker: str) -> answers.Comment | None:
        """Our oldest comment with the marker; a marker in somebody else's comment is only text.

        Where there are several, two runs did not see each other's: only the oldest stays.
        """
        comments = await self._reader.read_comments(number)
        ours = [c for c in comments if self._is_ours(c) and marker in (c.body or "")]
        ours.sort(key=lambda comment: comment.id)
        for again in ours[1:]:
            await self._delete(again)
        return ours[0] if ours else None

    async def _delete(self, comment: answers.Comment) -> None:
        await self._owned()
        url = "/repos/{owner}/{repo}/issues/comments/{id}"
        with suppress(NotFound):  # somebody else was faster
            await self._client.delete(url, **self._at(id=str(comment.id)))

    def _is_ours(self, comment: answers.Comment) -> bool:
        """Whether the App's own account wrote it: no other App or person can have that login."""
        user = comment.user
        return user is not None and user.type == "Bot" and user.login == self._bot_login

    def _at(self, **more: str) -> dict[str, str]:
        return {"owner": self._owner, "repo": self._repo, **more}


def group_of(run: answers.CheckRun | StandingCheck | None) -> GroupSubject | None:
    """The merge group that a check run of ours is about, if it is about one."""
    subject = parse_subject(run.external_id or "") if run is not None else None
    return subject if isinstance(subject, GroupSubject) else None


def _batches(annotations: Sequence[Annotation]) -> list[list[dict[str, object]]]:
    entries = [
        {key: value for key, value in asdict(annotation).items() if value is not None}
        for annotation in annotations
    ]
    return [entries[i : i + BATCH] for i in range(0, len(entries), BATCH)] or [[]]


def _step(
    run: CheckRun, annotations: Sequence[Mapping[str, object]], *, last: bool
) -> dict[str, object]:
    output: dict[str, object] = {
        "title": run.title,
        "summary": run.summary,
        "annotations": annotations,
    }
    state = (
        {"status": "completed", "conclusion": run.conclusion} if last else {"status": "in_progress"}
    )
    return {**state, "output": output, "actions": [asdict(action) for action in run.actions]}
