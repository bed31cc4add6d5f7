"""Check runs, suites and annotations in GitHub's JSON."""

from urllib.parse import quote

from bot.sandbox.shapes.accounts import app
from bot.sandbox.shapes.commits import simple_commit
from bot.sandbox.shapes.repositories import api_url, page_url, repository
from bot.sandbox.state.checks import Annotation, CheckRun, CheckSuite
from bot.sandbox.state.records import JsonObject, Pull, Repo
from bot.sandbox.state.world import World


def check_run(world: World, repo: Repo, run: CheckRun) -> JsonObject:
    """Return a `check-run`, with as much of its suite as webhooks show."""
    url = f"{api_url(world, repo)}/check-runs/{run.id}"
    page = f"{page_url(world, repo)}/runs/{run.id}"
    return {
        "id": run.id,
        "node_id": f"CR_{run.id}",
        "name": run.name,
        "head_sha": run.head_sha,
        "external_id": run.external_id or "",
        "url": url,
        "html_url": page,
        "details_url": run.details_url or page,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": world.time(run.started_at),
        "completed_at": None if run.completed_at is None else world.time(run.completed_at),
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": _suite_stub(world, repo, run.suite),
        "app": app(world, run.app),
        "pull_requests": _pulls(world, repo, run.suite),
    }


def annotation(world: World, repo: Repo, run: CheckRun, record: Annotation) -> JsonObject:
    """Return a `check-annotation`."""
    return {
        "path": record.path,
        "blob_href": f"{page_url(world, repo)}/blob/{run.head_sha}/{quote(record.path)}",
        "start_line": record.start_line,
        "end_line": record.end_line,
        "start_column": record.start_column,
        "end_column": record.end_column,
        "annotation_level": record.annotation_level,
        "title": record.title,
        "message": record.message,
        "raw_details": record.raw_details,
    }


def check_suite(world: World, repo: Repo, suite: CheckSuite) -> JsonObject:
    """Return a `check-suite`."""
    runs = [run for run in repo.runs if run.suite is suite]
    return {
        **_suite_stub(world, repo, suite),
        "check_runs_url": f"{api_url(world, repo)}/check-suites/{suite.id}/check-runs",
        "latest_check_runs_count": len({run.name for run in runs}),
        "head_commit": simple_commit(repo.store.commits[suite.head_sha]),
        "repository": repository(world, repo),
        "rerequestable": True,
        "runs_rerequestable": True,
    }


def _suite_stub(world: World, repo: Repo, suite: CheckSuite) -> JsonObject:
    runs = [run for run in repo.runs if run.suite is suite]
    completed = bool(runs) and all(run.status == "completed" for run in runs)
    status = "completed" if completed else "in_progress" if runs else "queued"
    return {
        "id": suite.id,
        "node_id": f"CS_{suite.id}",
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "status": status,
        "conclusion": runs[-1].conclusion if completed else None,
        "url": f"{api_url(world, repo)}/check-suites/{suite.id}",
        "before": suite.before,
        "after": suite.head_sha,
        "pull_requests": _pulls(world, repo, suite),
        "app": app(world, suite.app),
        "created_at": world.time(suite.created_at),
        "updated_at": world.time(suite.created_at),
    }


def _pulls(world: World, repo: Repo, suite: CheckSuite) -> list[JsonObject]:
    """Return the open pull requests with this head; GitHub leaves out those of forks."""
    return [
        _pull_stub(world, repo, pull)
        for pull in repo.pulls()
        if pull.state == "open" and pull.head_sha == suite.head_sha and pull.head_repo is repo
    ]


def _pull_stub(world: World, repo: Repo, pull: Pull) -> JsonObject:
    def end(ref: str, sha: str, of: Repo) -> JsonObject:
        stub = {"id": of.id, "url": api_url(world, of), "name": of.name}
        return {"ref": ref, "sha": sha, "repo": stub}

    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{api_url(world, repo)}/pulls/{pull.number}",
        "head": end(pull.head_ref, pull.head_sha, pull.head_repo),
        "base": end(pull.base_ref, pull.base_sha, repo),
    }
