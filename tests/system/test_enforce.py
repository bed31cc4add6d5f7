"""`plan-gate enforce`: a ruleset of the sandbox, and pull requests that then wait for our App."""

import asyncio
import json
import os
import pty
import random
import sys
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from bot.cli.enforce import Asked, enforce
from bot.errors import UsageError
from bot.rollout.ruleset import Place, Wanted
from bot.sandbox import Disorder
from bot.sandbox.pull_request import PullRequest
from bot.sandbox.repository import Repository
from bot.settings import Admin
from tests.system.commands import Done, plan_gate
from tests.system.world import CODE, World

MISSING = "Required check “Plan gate” is expected"


class Olga:
    """An owner of acme, who has a token and a terminal."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.sandbox.add_owner("acme", "olga")
        self.token = world.sandbox.user_token("olga")

    @property
    def variables(self) -> Mapping[str, str]:
        return {
            "GITHUB_TOKEN": self.token,
            "APP_ID": str(self.world.app.id),
            "GITHUB_API_URL": self.world.sandbox.api_url,
        }

    async def enforce(self, *arguments: str, **variables: str) -> Done:
        folder = self.world.database.parent
        return await plan_gate(folder, "enforce", *arguments, **{**self.variables, **variables})

    async def ask(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """GitHub, asked by hand."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "olga",
        }
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, f"{self.world.sandbox.api_url}{path}", json=body, headers=headers
            ) as answer,
        ):
            return await answer.json() if answer.status != 204 else None

    async def ruleset(self, place: str = "orgs/acme") -> Any:
        """Our ruleset as GitHub shows it."""
        found = await self.ask(f"/{place}/rulesets")
        (ours,) = [each for each in found if each["name"] == "Plan Gate"]
        return await self.ask(f"/{place}/rulesets/{ours['id']}")


@pytest.fixture
def olga(world: World) -> Olga:
    """The owner, beside the bot that runs."""
    return Olga(world)


def writes(world: World) -> list[str]:
    """What was written to rulesets."""
    return [
        f"{each.method} {each.path}"
        for each in world.sandbox.requests
        if "rulesets" in each.path and each.method != "GET"
    ]


async def web(world: World, name: str = "acme/web") -> Repository:
    """A repository that requires nothing yet."""
    repo = world.sandbox.create_repository(name, {"README.md": "# Web\n"})
    repo.grant("alice", "write")
    return repo


async def pull_in(world: World, repo: Repository, body: str = "Plan: FEAT-12") -> PullRequest:
    return await world.code_in(repo, body)


# ── what it is for ───────────────────────────────────────────────────────────
async def test_a_pull_request_waits_for_the_check_of_this_app_alone(
    world: World, olga: Olga
) -> None:
    repo = await web(world)
    await world.plan_on_main(repo=repo, status="Draft")
    pull = await pull_in(world, repo)
    assert (await world.verdict(pull))[0] == "failure"
    assert pull.merge_state().clean  # nobody requires it yet

    done = await olga.enforce("acme", "--yes")
    assert (done.status, done.err) == (0, "")
    assert "  + required check “Plan gate”: from App " in done.out
    assert done.out.endswith("organisation acme: the ruleset “Plan Gate” is created.\n")
    assert pull.merge_state().state == "blocked"

    other = world.sandbox.register_app("other", permissions={"checks": "write"}, events=[])
    await repo.create_check_run(other, pull.head_sha, "Plan gate", "success")
    await world.settle()
    assert pull.merge_state().state == "blocked"  # anybody can report under that name

    await world.plan_on_main(repo=repo, status="Approved")
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")
    assert pull.merge_state().clean
    await pull.merge(by="alice")
    assert pull.merged


async def test_a_repository_that_the_pattern_leaves_out_is_free(world: World, olga: Olga) -> None:
    repos = [await web(world, f"acme/{name}") for name in ("shop-web", "shop-api", "tools")]
    pulls = [await pull_in(world, repo) for repo in repos]
    await world.settle()
    assert (await olga.enforce("acme", "--repo", "shop-*", "--yes")).status == 0
    assert [pull.merge_state().state for pull in pulls] == ["blocked", "blocked", "clean"]
    again = await olga.enforce("acme", "--yes")  # what is selected stays
    assert again.out.endswith("Nothing to change.\n")
    assert (await olga.enforce("acme", "--repo", "~ALL", "--yes")).status == 0
    assert pulls[2].merge_state().state == "blocked"
    assert len(writes(world)) == 2


async def test_a_new_branch_and_a_release_branch_are_held(world: World, olga: Olga) -> None:
    repo = await web(world)
    await repo.create_branch("release/1")
    pull = await world.pull(CODE, repo, base="release/1")
    await world.settle()
    assert (await olga.enforce("acme", "--yes")).status == 0
    assert pull.merge_state().clean
    assert (await olga.enforce("acme", "--branch", "release/*", "--yes")).status == 0
    assert pull.merge_state().state == "blocked"


async def test_github_only_evaluates(world: World, olga: Olga) -> None:
    pull = await pull_in(world, await web(world))
    await world.settle()
    assert (await olga.enforce("acme", "--evaluate", "--yes")).status == 0
    assert pull.merge_state().clean
    looked = await olga.enforce("acme", "--dry-run")
    assert (looked.status, "  ~ enforcement: evaluate → active" in looked.out) == (1, True)
    assert (await olga.enforce("acme", "--yes")).status == 0
    assert pull.merge_state().state == "blocked"


async def test_one_repository_where_the_plan_has_no_rulesets_of_organisations(
    world: World, olga: Olga
) -> None:
    world.sandbox.limits.organization_rulesets = False
    pull = await pull_in(world, await web(world))
    await world.settle()
    refused = await olga.enforce("acme", "--yes")
    assert (refused.status, refused.out) == (2, "")
    assert "Upgrade to GitHub Team" in refused.err
    assert "`plan-gate enforce acme/REPO`" in refused.err

    assert (await olga.enforce("acme/web", "--yes")).status == 0
    assert pull.merge_state().state == "blocked"
    assert (await olga.ruleset("repos/acme/web"))["conditions"] == {
        "ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}
    }
    assert (await olga.enforce("acme/web", "--yes")).out.endswith("Nothing to change.\n")
    assert (await olga.enforce("acme/web", "--remove", "--yes")).status == 0
    assert pull.merge_state().clean


# ── what people made by hand ─────────────────────────────────────────────────
async def test_what_people_put_into_the_ruleset_stays(world: World, olga: Olga) -> None:
    reviews = {
        "type": "pull_request",
        "parameters": {
            "dismiss_stale_reviews_on_push": False,
            "require_code_owner_review": True,
            "require_last_push_approval": False,
            "required_approving_review_count": 1,
            "required_review_thread_resolution": False,
        },
    }
    parameters = {
        "required_status_checks": [{"context": "Plan gate"}, {"context": "lint"}],
        "strict_required_status_checks_policy": True,
    }
    by_hand = {
        "name": "Plan Gate",
        "target": "branch",
        "enforcement": "active",
        "bypass_actors": [{"actor_id": 5, "actor_type": "Team", "bypass_mode": "always"}],
        "conditions": {
            "ref_name": {"include": ["refs/heads/main"], "exclude": ["refs/heads/x"]},
            "repository_name": {"include": ["shop"], "exclude": ["attic"], "protected": True},
        },
        "rules": [reviews, {"type": "required_status_checks", "parameters": parameters}],
    }
    await olga.ask("/orgs/acme/rulesets", "POST", by_hand)

    done = await olga.enforce("acme", "--yes")
    assert done.status == 0
    changed = [line for line in done.out.splitlines() if line.startswith(("  +", "  -", "  ~"))]
    app = world.app.id
    assert changed == [f"  ~ required check “Plan gate”: from any App → from App {app}"]
    after = await olga.ruleset()
    ours = {"context": "Plan gate", "integration_id": app}
    strict = {**parameters, "required_status_checks": [{"context": "lint"}, ours]}
    rules = [reviews, {"type": "required_status_checks", "parameters": strict}]
    assert {key: after[key] for key in by_hand} == {**by_hand, "rules": rules}

    removed = await olga.enforce("acme", "--remove", "--yes")
    assert removed.status == 0
    assert "  - required check “Plan gate”: from App " in removed.out
    left = {**parameters, "required_status_checks": [{"context": "lint"}]}
    assert (await olga.ruleset())["rules"] == [
        reviews,
        {"type": "required_status_checks", "parameters": left},
    ]


async def test_the_ruleset_goes_where_nothing_else_is_left_in_it(world: World, olga: Olga) -> None:
    nothing = await olga.enforce("acme", "--remove", "--yes")
    assert (nothing.status, nothing.err) == (0, "")
    assert nothing.out.startswith("organisation acme: there is no ruleset “Plan Gate”.")
    assert (await olga.enforce("acme", "--yes")).status == 0
    looked = await olga.enforce("acme", "--remove", "--dry-run")
    assert looked.status == 1
    assert "would be deleted, as nothing else is left in it" in looked.out
    assert (await olga.enforce("acme", "--remove", "--yes")).status == 0
    assert await olga.ask("/orgs/acme/rulesets") == []
    assert [line.split("/")[0] for line in writes(world)] == ["POST ", "DELETE "]


async def test_what_somebody_changes_meanwhile_is_not_overwritten(world: World, olga: Olga) -> None:
    assert (await olga.enforce("acme", "--yes")).status == 0
    path = f"/orgs/acme/rulesets/{(await olga.ruleset())['id']}"
    loop = asyncio.get_running_loop()

    def hesitate(_: str) -> bool:
        change = olga.ask(path, "PUT", {"enforcement": "disabled"})
        asyncio.run_coroutine_threadsafe(change, loop).result(10)
        return True

    admin = Admin(world.app.id, olga.token, world.sandbox.api_url)
    wanted = Wanted(world.app.id, repositories=("shop",))
    asked = Asked(Place("acme"), wanted, dry_run=False, form="text")
    with pytest.raises(UsageError, match="somebody changed the ruleset just now"):
        await asyncio.to_thread(enforce, admin, asked, hesitate)
    assert (await olga.ruleset())["enforcement"] == "disabled"


# ── before it writes ─────────────────────────────────────────────────────────
async def test_it_only_looks(world: World, olga: Olga) -> None:
    looked = await olga.enforce("acme", "--dry-run")
    assert (looked.status, looked.err) == (1, "")
    assert looked.out.splitlines() == [
        "organisation acme: the ruleset “Plan Gate” would be created",
        "",
        "  + enforcement: active",
        "  + target: branch",
        "  + branches: ~DEFAULT_BRANCH",
        "  + repositories: ~ALL",
        "  + branch must be up to date: no",
        "  + required of new branches: no",
        f"  + required check “Plan gate”: from App {world.app.id}",
        "",
        "7 changes; what has no mark stays.",
    ]
    refused = await olga.enforce("acme")
    assert (refused.status, refused.out) == (2, looked.out)
    assert refused.err == (
        "plan-gate: error: nothing was written, as nobody can be asked here: add --yes to write "
        "it, or --dry-run to only look\n"
    )
    assert writes(world) == []


async def test_the_difference_as_json(world: World, olga: Olga) -> None:
    refused = await olga.enforce("acme", "--format", "json")
    assert (refused.status, json.loads(refused.out)["written"]) == (2, False)
    looked = await olga.enforce("acme", "--format", "json", "--dry-run")
    assert looked.status == 1
    told = json.loads(looked.out)
    assert (told["action"], told["written"]) == ("create", False)
    assert {"what": "repositories", "before": None, "after": "~ALL"} in told["changes"]
    done = json.loads((await olga.enforce("acme", "--format", "json", "--yes")).out)
    assert (done["action"], done["written"], done["kept"]) == ("create", True, [])
    again = json.loads((await olga.enforce("acme", "--format", "json")).out)
    assert (again["action"], again["changes"]) == ("none", [])


@pytest.mark.parametrize(
    ("typed", "status", "written"), [("y\n", 0, 1), ("yes\n", 0, 1), ("\n", 1, 0), ("n\n", 1, 0)]
)
async def test_in_a_terminal_it_asks(
    world: World, olga: Olga, typed: str, status: int, written: int
) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed.encode())
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "enforce",
            "acme",
            env={**os.environ, **olga.variables},
            cwd=world.database.parent,
            stdin=theirs,
            stdout=asyncio.subprocess.PIPE,
            stderr=theirs,
        )
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        said = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert process.returncode == status
    assert "Write this to acme? [y/N] " in said
    assert ("Nothing was written." in said) is not written
    assert b"would be created" in out
    assert len(writes(world)) == written


# ── what would make everybody wait ───────────────────────────────────────────
async def test_an_app_that_is_not_installed_is_warned_of(world: World, olga: Olga) -> None:
    other = world.sandbox.register_app("other", permissions={"checks": "write"}, events=[])
    done = await olga.enforce("acme", "--dry-run", APP_ID=str(other.id))
    assert f"warning: App {other.id} is not installed on acme: every pull request" in done.err
    world.sandbox.install(other, "acme", [world.shop])
    done = await olga.enforce("acme", "--dry-run", APP_ID=str(other.id))
    assert f"App {other.id} (other) is installed on selected repositories" in done.err
    world.sandbox.suspend(world.installation)
    assert "(plan-gate) is suspended on acme" in (await olga.enforce("acme", "--dry-run")).err


async def test_pull_requests_that_never_got_the_check_are_named(world: World, olga: Olga) -> None:
    tools = await web(world, "acme/tools")
    first = await world.code_pull()
    await world.settle()
    assert (await olga.enforce("acme", "--dry-run")).err == ""
    world.sandbox.faults.webhooks.disturb(Disorder(random.Random(0), lost=1.0))
    second = await pull_in(world, tools)
    await world.sandbox.settled()
    world.sandbox.faults.webhooks.calm()

    silent = f"acme/tools#{second.number}"
    looked = await olga.enforce("acme", "--dry-run")
    assert f"of the 2 pull requests looked at, {silent} never got “Plan gate”" in looked.err
    looked = await olga.enforce("acme", "--repo", "tools", "--dry-run")
    assert f"never reported by App {world.app.id} on {silent}, the newest" in looked.err
    looked = await olga.enforce("acme/tools", "--dry-run")
    assert f"never reported by App {world.app.id} on {silent}" in looked.err
    looked = await olga.enforce("acme/shop", "--dry-run")
    assert (looked.status, looked.err) == (1, "")
    assert first.number


async def test_what_a_token_cannot_see_is_said(world: World, olga: Olga) -> None:
    olga.token = world.sandbox.user_token("olga", {"organization_administration": "write"})
    await world.code_pull()
    await world.settle()
    done = await olga.enforce("acme", "--yes")
    assert (done.status, done.err.count("\n")) == (0, 1)
    assert "could not be seen which pull requests have the check (GitHub answered 403" in done.err
    world.sandbox.faults.fail("GET", "/orgs/acme/installations", status=403)
    assert "seen where the App is installed" in (await olga.enforce("acme")).err


# ── tokens, places and other people ──────────────────────────────────────────
async def test_a_token_that_is_too_weak_is_one_line(world: World, olga: Olga) -> None:
    await web(world)
    sandbox = world.sandbox
    for token, place, advice in [
        (sandbox.user_token("zoe"), "acme", "organisation permission “Administration: write”"),
        (sandbox.user_token("olga", {}), "acme", "organisation permission “Administration: write”"),
        (sandbox.user_token("alice"), "acme/web", "repository permission “Administration: write”"),
        (sandbox.user_token("olga"), "acme/nowhere", "may not change the rulesets of acme/nowhere"),
        ("ghp_revoked", "acme", "GITHUB_TOKEN is not valid"),
        (sandbox.user_token("olga"), "nobody", "where nobody has no such rulesets"),
        (sandbox.user_token("olga"), "alice", "alice is a user's account, which has no rulesets"),
    ]:
        done = await olga.enforce(place, "--yes", GITHUB_TOKEN=token)
        assert (done.status, done.out[:4] if place == "acme" else "") == (2, "")
        assert advice in done.err
        assert "error: " in done.err
        assert token not in done.err
    assert [each for each in writes(world) if "/orgs/" in each] == []


@pytest.mark.parametrize(
    ("arguments", "variables", "complaint"),
    [
        (["acme"], {"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        (["acme"], {"GITHUB_TOKEN": "gh p\n"}, "GITHUB_TOKEN is no token"),
        (["acme"], {"APP_ID": ""}, "APP_ID is not set"),
        (["acme/web", "--repo", "x"], {}, "--repo is for an organisation's ruleset"),
        (["acme", "--remove", "--evaluate"], {}, "--remove takes our rule out"),
        (["acme/../x"], {}, "write it as ORG, or as OWNER/NAME"),
        (["acme", "--repo", " "], {}, "it is empty, or no text in UTF-8"),
    ],
)
async def test_what_cannot_be_meant_is_one_line(
    world: World, olga: Olga, arguments: list[str], variables: dict[str, str], complaint: str
) -> None:
    done = await olga.enforce(*arguments, **variables)
    assert (done.status, done.out) == (2, "")
    assert complaint in done.err
    assert writes(world) == []


async def test_a_ruleset_that_is_shown_otherwise_afterwards_is_said(
    world: World, olga: Olga
) -> None:
    """GitHub has been seen to answer 200 and to change nothing."""
    assert (await olga.enforce("acme", "--yes")).status == 0
    world.sandbox.limits.rulesets_change = False
    done = await olga.enforce("acme", "--repo", "shop", "--yes")
    assert done.status == 2
    assert "shows it otherwise (repositories: ~ALL and not shop): look there" in done.err
