"""Check runs: created and updated by their App, asked for again by people."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from bot.sandbox.actions import announce, queue
from bot.sandbox.actions.suites import suite_of
from bot.sandbox.state.accounts import Account, App
from bot.sandbox.state.checks import Action, Annotation, CheckRun, CheckSuite, Conclusion, Status
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import World

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class OutputFields(msgspec.Struct, kw_only=True, frozen=True):
    """The `output` of a request."""

    title: str | UnsetType = UNSET
    summary: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    annotations: list[Annotation] = []


class RunFields(msgspec.Struct, kw_only=True, frozen=True):
    """What a request may set on a check run; what is left out stays as it is."""

    name: str | UnsetType = UNSET
    details_url: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    conclusion: Conclusion | UnsetType = UNSET
    started_at: Moment | UnsetType = UNSET
    completed_at: Moment | UnsetType = UNSET
    output: OutputFields | UnsetType = UNSET
    actions: list[Action] | UnsetType = UNSET


def create_run(
    world: World, repo: Repo, app: App, head_sha: str, name: str, fields: RunFields
) -> CheckRun:
    """Create a check run on a commit that exists."""
    suite = suite_of(world, repo, app, head_sha)
    run = CheckRun(world.next_id("check_run"), suite, name, world.clock())
    repo.runs.append(run)
    _set(world, run, fields)
    announce.check_run(world, repo, run, "created", app.bot)
    _after_completion(world, repo, run)
    return run


def update_run(world: World, repo: Repo, run: CheckRun, fields: RunFields) -> None:
    """Update a check run; annotations are appended to those that it has."""
    was_completed = run.status == "completed"
    _set(world, run, fields)
    if not was_completed or fields.conclusion is not UNSET:
        _after_completion(world, repo, run)


def rerequest_run(world: World, repo: Repo, run: CheckRun, by: Account) -> None:
    """Press *Re-run* on one check."""
    announce.check_run(world, repo, run, "rerequested", by)


def request_action(world: World, repo: Repo, run: CheckRun, identifier: str, by: Account) -> None:
    """Press one of the check's own buttons; raises LookupError where it has no such one."""
    action = next((action for action in run.actions if action.identifier == identifier), None)
    if action is None:
        raise LookupError(f"no action {identifier}")
    announce.check_run(world, repo, run, "requested_action", by, action)


def rerequest_suite(world: World, repo: Repo, suite: CheckSuite, by: Account) -> None:
    """Press *Re-run all checks*."""
    announce.check_suite(world, repo, suite, "rerequested", by)


def _after_completion(world: World, repo: Repo, run: CheckRun) -> None:
    if run.status == "completed":
        announce.check_run(world, repo, run, "completed", run.app.bot)
        queue.advance(world, repo)


def _set(world: World, run: CheckRun, fields: RunFields) -> None:
    for name in ("name", "details_url", "external_id", "status", "conclusion", "actions"):
        value = getattr(fields, name)
        if value is not UNSET:
            setattr(run, name, value)
    if fields.started_at is not UNSET:
        run.started_at = fields.started_at.timestamp()
    if fields.completed_at is not UNSET:
        run.completed_at = fields.completed_at.timestamp()
    # https://docs.github.com/en/rest/checks/runs: a conclusion sets the status to completed.
    if fields.conclusion is not UNSET:
        run.status = "completed"
        if fields.completed_at is UNSET:
            run.completed_at = world.clock()
    if fields.output is not UNSET:
        _set_output(run, fields.output)


def _set_output(run: CheckRun, output: OutputFields) -> None:
    for name in ("title", "summary", "text"):
        value = getattr(output, name)
        if value is not UNSET:
            setattr(run, name, value)
    run.annotations.extend(output.annotations)
