"""The only writes: the difference between what should stand on GitHub and what stands there.

The writes look first and are whole in themselves, so a crash anywhere is mended by running again.
https://docs.github.com/en/rest/checks/runs
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import structlog

from bot.github import answers
from bot.github.client import Client
from bot.github.errors import NotFound, Refused
from bot.github.reader import Reader
from bot.report.check_run import NAME, Annotation, CheckRun, digest_mark
from bot.report.comment import MARKER
from bot.subject import GroupSubject, parse_subject

BATCH = 50  # annotations a request

Guard = Callable[[], Awaitable[None]]
"""Raises where this run may no longer write: the claim is lost, or the facts have moved on."""

_log = structlog.get_logger()


class Publisher:
    """Writes to one repository, as the App *app_id* with the account *bot_login*."""

    def __init__(self, client: Client, reader: Reader, app_id: str, bot_login: str) -> None:
        self._client = client
        self._reader = reader
        self._owner, _, self._repo = reader.repository.partition("/")
        self._app_id = app_id
        self._bot_login = bot_login

    async def read_newest(self, head_sha: str) -> answers.CheckRun | None:
        """The check run of ours that decides on the commit: the newest."""
        runs = await self._reader.read_check_runs(head_sha, NAME, self._app_id)
        return max(runs, key=lambda run: run.id, default=None)

    async def read_first_verdict(self, head_sha: str) -> float | None:
        """When a check run of ours was first complete on the commit, in seconds since the epoch."""
        runs = await self._reader.read_check_runs(head_sha, NAME, self._app_id, every=True)
        ended = [run.completed_at for run in runs if run.status == "completed" and run.completed_at]
        return min((datetime.fromisoformat(at).timestamp() for at in ended), default=None)

    async def publish_check_run(self, head_sha: str, run: CheckRun, guard: Guard) -> None:
        """Write a new check run; it concludes only with its last batch of annotations.

        Until then it is in progress, so that no crash leaves a conclusion without its findings.
        """
        batches = _batches(run.annotations)
        opening: dict[str, object] = {
            "name": NAME,
            "head_sha": head_sha,
            "external_id": run.external_id,
            **_step(run, batches[0], last=len(batches) == 1),
        }
        await guard()
        url = "/repos/{owner}/{repo}/check-runs"
        made = await self._client.create(answers.CheckRun, url, opening, **self._at())
        for index, batch in enumerate(batches[1:], start=2):
            await guard()
            await self._client.update(
                answers.CheckRun,
                "/repos/{owner}/{repo}/check-runs/{id}",
                _step(run, batch, last=index == len(batches)),
                **self._at(id=str(made.id)),
            )

    async def publish_comment(
        self,
        number: int,
        render: Callable[[bool], str | None],
        guard: Guard,
        marker: str = MARKER,
    ) -> None:
        """Bring the comment with *marker* up to date; *render* is told whether one stands.

        A conversation that is locked or gone takes no comment: the check run says it all.
        """
        standing = await self._sticky(number, marker)
        body = render(standing is not None)
        if body is None or (standing is not None and standing.body == body):
            return
        await guard()
        try:
            if standing is None:
                url = "/repos/{owner}/{repo}/issues/{number}/comments"
                at = self._at(number=str(number))
                await self._client.create(answers.Comment, url, {"body": body}, **at)
            else:
                url = "/repos/{owner}/{repo}/issues/comments/{id}"
                at = self._at(id=str(standing.id))
                await self._client.update(answers.Comment, url, {"body": body}, **at)
        except (NotFound, Refused) as refusal:
            _log.warning("comment refused", pull=number, reason=str(refusal))

    async def react(self, comment: int, content: str, guard: Guard) -> None:
        """React to a comment; where the same reaction stands already, GitHub leaves it at that.

        https://docs.github.com/en/rest/reactions/reactions
        """
        await guard()
        url = "/repos/{owner}/{repo}/issues/comments/{id}/reactions"
        try:
            at = self._at(id=str(comment))
            await self._client.create(answers.Reaction, url, {"content": content}, **at)
        except (NotFound, Refused) as refusal:
            _log.warning("reaction refused", comment=comment, reason=str(refusal))

    async def _sticky(self, number: int, marker: str) -> answers.Comment | None:
        """Our oldest comment with the marker; a marker in somebody else's comment is only text."""
        comments = await self._reader.read_comments(number)
        ours = [c for c in comments if self._is_ours(c) and marker in (c.body or "")]
        return min(ours, key=lambda comment: comment.id, default=None)

    def _is_ours(self, comment: answers.Comment) -> bool:
        """Whether the App's own account wrote it: no other App or person can have that login."""
        user = comment.user
        return user is not None and user.type == "Bot" and user.login == self._bot_login

    def _at(self, **more: str) -> dict[str, str]:
        return {"owner": self._owner, "repo": self._repo, **more}


def says(standing: answers.CheckRun | None, run: CheckRun) -> bool:
    """Whether *standing* already says what *run* would."""
    return (
        standing is not None
        and standing.status == "completed"
        and standing.conclusion == run.conclusion
        and digest_mark(standing.output.summary or "") == digest_mark(run.summary)
    )


def group_of(run: answers.CheckRun | None) -> GroupSubject | None:
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
    return {**state, "output": output}
