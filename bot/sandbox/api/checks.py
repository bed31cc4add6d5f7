"""Endpoints of check runs and check suites, with the limits that GitHub keeps there."""

from msgspec import UNSET

from bot.sandbox.actions import checks as actions
from bot.sandbox.actions.checks import RunFields
from bot.sandbox.api.answers import Answer, Refused, forbidden, not_found
from bot.sandbox.api.call import Call
from bot.sandbox.api.check_limits import refuse_bad_fields
from bot.sandbox.api.routing import Routes
from bot.sandbox.shapes import checks
from bot.sandbox.state.accounts import App
from bot.sandbox.state.checks import CheckRun, CheckSuite

routes = Routes()


class NewRun(RunFields, kw_only=True, frozen=True):
    """The body of a new check run."""

    name: str
    head_sha: str


@routes("POST", "/repos/{owner}/{repo}/check-runs", needs="checks:write")
def create(call: Call) -> Answer:
    """Create a check run on a commit that the repository or one of its forks has."""
    body = call.decode(NewRun)
    refuse_bad_fields(body, created=True)
    if body.head_sha not in call.repo.store.commits:
        raise Refused(422, f"No commit found for SHA: {body.head_sha}")
    run = actions.create_run(call.world, call.repo, _app(call), body.head_sha, body.name, body)
    return Answer(checks.check_run(call.world, call.repo, run), 201)


@routes("GET", "/repos/{owner}/{repo}/check-runs/{check_run_id}", needs="checks:read")
def get(call: Call) -> Answer:
    """Answer a check run."""
    return Answer(checks.check_run(call.world, call.repo, _run(call)))


@routes("PATCH", "/repos/{owner}/{repo}/check-runs/{check_run_id}", needs="checks:write")
def update(call: Call) -> Answer:
    """Update a check run: only its own App may, and a completed one does not go back."""
    run, body = _run(call), call.decode(RunFields)
    if run.app is not _app(call):
        raise Refused(
            403,
            f"Invalid app_id `{_app(call).id}` - check run can only be modified by the GitHub App "
            "that created it.",
        )
    refuse_bad_fields(body, created=False)
    goes_back = body.status in ("queued", "in_progress") and body.conclusion is UNSET
    if run.status == "completed" and goes_back:
        raise Refused(422, "Validation Failed", ["A completed check run cannot be reopened."])
    actions.update_run(call.world, call.repo, run, body)
    return Answer(checks.check_run(call.world, call.repo, run))


@routes("GET", "/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations", needs="checks:read")
def list_annotations(call: Call) -> Answer:
    """List the annotations of a check run."""
    run = _run(call)
    return call.page(
        run.annotations, lambda each: checks.annotation(call.world, call.repo, run, each)
    )


@routes("GET", "/repos/{owner}/{repo}/commits/{ref*}/check-runs", needs="checks:read")
def list_for_commit(call: Call) -> Answer:
    """List the check runs on a commit, the newest of each name unless all are asked for."""
    sha = _sha(call)
    return _runs(call, [run for run in call.repo.runs if run.head_sha == sha])


@routes("GET", "/repos/{owner}/{repo}/commits/{ref*}/check-suites", needs="checks:read")
def list_suites(call: Call) -> Answer:
    """List the check suites on a commit."""
    sha, name = _sha(call), call.query.get("check_name")
    named = {run.suite for run in call.repo.runs if run.name == name}
    found = [
        suite
        for suite in call.repo.suites
        if suite.head_sha == sha
        and (name is None or suite in named)
        and call.query.get("app_id", str(suite.app.id)) == str(suite.app.id)
    ]
    return call.page(
        found, lambda suite: checks.check_suite(call.world, call.repo, suite), "check_suites"
    )


@routes("GET", "/repos/{owner}/{repo}/check-suites/{suite_id}/check-runs", needs="checks:read")
def list_for_suite(call: Call) -> Answer:
    """List the check runs of a suite."""
    suite = _suite(call)
    return _runs(call, [run for run in call.repo.runs if run.suite is suite])


def _runs(call: Call, runs: list[CheckRun]) -> Answer:
    status = call.query.get("status")
    if status is not None:
        call.choice("status", "queued", "in_progress", "completed")
    if call.choice("filter", "latest", "all") == "latest":
        runs = list({(run.app_id, run.name): run for run in runs}.values())
    found = [
        run
        for run in sorted(runs, key=lambda run: run.id, reverse=True)
        if call.query.get("check_name", run.name) == run.name
        and call.query.get("app_id", str(run.app_id)) == str(run.app_id)
        and (status is None or status == run.status)
    ]
    return call.page(found, lambda run: checks.check_run(call.world, call.repo, run), "check_runs")


def _app(call: Call) -> App:
    if call.app is None:
        raise forbidden()
    return call.app


def _sha(call: Call) -> str:
    sha = call.repo.resolve(call.path["ref"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.path['ref']}")
    return sha


def _run(call: Call) -> CheckRun:
    number = call.number("check_run_id")
    for run in call.repo.runs:
        if run.id == number:
            return run
    raise not_found()


def _suite(call: Call) -> CheckSuite:
    number = call.number("suite_id")
    for suite in call.repo.suites:
        if suite.id == number:
            return suite
    raise not_found()
