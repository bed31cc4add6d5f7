"""`plan-gate doctor`: each fault is planted alone, and found alone, with what to do about it."""

import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped]  # it has no types
import pytest

from bot.cli.examine import look
from bot.cli.findings import as_json, status_of
from bot.config.schema import CONFIG_PATH
from bot.doctor.examination import Wanted
from bot.doctor.memory import Passing
from bot.doctor.pages import Pages
from bot.doctor.repositories import Target, look_at_repository
from bot.doctor.repository import Place
from bot.github.access import Access
from bot.github.auth import app_jwt
from bot.github.installations import Installations
from bot.github.objects import ObjectCache
from bot.github.parsed_plans import ParsedPlans
from bot.settings import Postgres
from bot.work.opening import open_database
from tests.in_process import InProcess
from tests.ports import free_port
from tests.private_key import make_private_key
from tests.system.commands import plan_gate, settings_of
from tests.system.world import NOON, RealTime, World, make_world


class Skewed(RealTime):
    """GitHub's clock: the machine's, but for some seconds."""

    ahead = 0.0

    def __call__(self) -> float:
        return super().__call__() + self.ahead


@dataclass
class Ward:
    """A set-up in good health, with the server running, and what the doctor is told of it."""

    world: World
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {**settings_of(self.world), **self.variables}

    async def examine(
        self, *repositories: str, ping: bool = False
    ) -> tuple[int, list[dict[str, Any]]]:
        """What the command would print, and how it would end."""
        checks = await look(self.environment, Wanted(repositories, ping=ping))
        return status_of(checks), json.loads(as_json(checks))

    async def deliver(self) -> None:
        """GitHub sends something."""
        self.world.sandbox.ping(self.world.app)
        await self.world.sandbox.settled()


@pytest.fixture
async def ward(private_key: str, tmp_path: Path) -> AsyncIterator[Ward]:
    async with make_world(private_key, tmp_path, Skewed()) as world, world.bot():
        ward = Ward(world)
        await ward.deliver()
        yield ward


def bad(findings: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [
        (one["check"], one["level"], one["about"])
        for one in findings
        if one["level"] in {"warning", "error"}
    ]


async def test_what_is_well_is_called_well(ward: Ward) -> None:
    folder = ward.world.database.parent
    done = await plan_gate(folder, "doctor", "--format", "json", **ward.environment)
    assert (done.status, done.err) == (0, "")
    findings = json.loads(done.out)
    assert {one["level"] for one in findings} == {"ok"}
    assert [one["check"] for one in findings] == [
        "environment",
        "database",
        "clock",
        "key",
        "permissions",
        "events",
        "webhook",
        "deliveries",
        "installation",
        "rate-limit",
        "configuration",
        "required-check",
    ]


# ── faults, one by one ───────────────────────────────────────────────────────
Plant = Callable[[Ward], Awaitable[None]]
PLANTS: dict[str, tuple[Plant, list[tuple[str, str, str]], tuple[str, str, str]]] = {}


def fault(
    *found: tuple[str, str, str], says: str, advises: str = "", page: str = ""
) -> Callable[[Plant], Plant]:
    """What a plant must lead to: these findings, and of the first one these words."""

    def register(plant: Plant) -> Plant:
        PLANTS[plant.__name__.replace("_", " ")] = plant, [*found], (says, advises, page)
        return plant

    return register


@fault(
    ("permissions", "error", ""),
    says="lacks 1 permission: checks: write",
    advises="Add it",
    page="/organizations/plan-gate-makers/settings/apps/plan-gate/permissions",
)
async def a_missing_permission(ward: Ward) -> None:
    ward.world.app.permissions["checks"] = "read"


@fault(
    ("events", "error", ""),
    says="not subscribed to issue_comment and push",
    advises="Tick it",
    page="/organizations/plan-gate-makers/settings/apps/plan-gate/permissions",
)
async def missing_events(ward: Ward) -> None:
    ward.world.app.events = [
        event for event in ward.world.app.events if event not in {"push", "issue_comment"}
    ]


@fault(
    ("installation", "error", "acme"),
    says="not accepted: members: read and event push",
    advises="An owner reviews and accepts",
    page="/organizations/acme/settings/installations/1001",
)
async def an_installation_with_old_permissions(ward: Ward) -> None:
    del ward.world.installation.permissions["members"]
    ward.world.installation.events.remove("push")


@fault(
    ("installation", "warning", "acme"),
    says="suspended",
    advises="An owner lets it work again",
    page="/organizations/acme/settings/installations/1001",
)
async def a_suspended_installation(ward: Ward) -> None:
    ward.world.sandbox.suspend(ward.world.installation)
    await ward.world.sandbox.settled()


@fault(("installation", "warning", ""), says="installed nowhere", page="/plan-gate/installations")
async def no_installation(ward: Ward) -> None:
    ward.world.sandbox.uninstall(ward.world.installation)
    await ward.world.sandbox.settled()


@fault(
    ("deliveries", "error", ""),
    says="its signature does not fit (401)",
    advises="WEBHOOK_SECRET the same secret",
    page="/apps/plan-gate/advanced",
)
async def a_wrong_secret(ward: Ward) -> None:
    ward.world.app.webhook_secret = "another"
    await ward.deliver()


@fault(
    ("deliveries", "error", ""),
    says="The newest 2 deliveries did not arrive: GitHub says “failed to connect to host”",
    advises="See that the server runs, and that GitHub can reach it",
    page="/apps/plan-gate/advanced",
)
async def a_server_that_nobody_reaches(ward: Ward) -> None:
    ward.world.app.webhook_url = f"http://127.0.0.1:{free_port()}/webhook"
    await ward.deliver()
    await ward.deliver()


@fault(("deliveries", "warning", ""), says="has sent nothing", page="/apps/plan-gate/advanced")
async def nothing_in_the_log(ward: Ward) -> None:
    ward.world.sandbox.limits.webhook_log = -1.0


@fault(("clock", "warning", ""), says="clock is 45 s ahead of", advises="NTP")
async def a_clock_ahead(ward: Ward) -> None:
    skew(ward, -45)


@fault(("clock", "error", ""), says="clock is 90 s ahead of", advises="NTP")
async def a_clock_too_far_ahead(ward: Ward) -> None:
    skew(ward, -90)


@fault(("clock", "error", ""), says="clock is 90 s behind", advises="NTP")
async def a_clock_behind(ward: Ward) -> None:
    skew(ward, 90)


def skew(ward: Ward, seconds: float) -> None:
    assert isinstance(ward.world.clock, Skewed)
    ward.world.clock.ahead = seconds


@fault(("database", "error", ""), says="postgresql://gate@127.0.0.1:1/gate: PostgreSQL does not")
async def an_unreachable_database(ward: Ward) -> None:
    ward.variables["DATABASE_URL"] = "postgresql://gate:s3cret@127.0.0.1:1/gate"


@fault(("database", "error", ""), says="is at revision 9999", advises="answered 503")
async def a_database_of_a_newer_version(ward: Ward) -> None:
    path = ward.world.database.with_name("newer.db")
    await (await open_database(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    ward.variables["DATABASE_URL"] = f"sqlite:///{path}"


@fault(("database", "warning", ""), says="has no tables yet", advises="DATABASE_URL does not name")
async def a_database_that_is_not_there(ward: Ward) -> None:
    ward.variables["DATABASE_URL"] = f"sqlite:///{ward.world.database.with_name('other.db')}"


@fault(("database", "error", ""), says="cannot be made", advises="Make the folder")
async def a_database_that_cannot_be(ward: Ward) -> None:
    ward.variables["DATABASE_URL"] = "sqlite:////nowhere/gate.db"


@fault(("database", "error", ""), says="is not a database")
async def a_file_that_is_no_database(ward: Ward) -> None:
    path = ward.world.database.with_name("other.db")
    path.write_text("no database\n" * 1_000)
    path.chmod(0o600)
    ward.variables["DATABASE_URL"] = f"sqlite:///{path}"


@fault(("files", "warning", "…"), says="Everybody on this machine can read", advises="chmod o-rwx")
async def a_database_that_everybody_reads(ward: Ward) -> None:
    ward.world.database.chmod(0o644)


@fault(
    ("key", "error", ""),
    says="The private key is not one of the App 1001. GitHub answered 401: A JSON web token",
    advises="into PRIVATE_KEY",
    page="/settings/apps",
)
async def a_wrong_key(ward: Ward) -> None:
    ward.variables["PRIVATE_KEY"] = make_private_key()


@fault(
    ("key", "error", ""),
    says="There is no App 999. GitHub answered 404",
    advises="Set APP_ID",
    page="/settings/apps",
)
async def an_unknown_app(ward: Ward) -> None:
    ward.variables["APP_ID"] = "999"


@fault(
    ("environment", "error", "PRIVATE_KEY"),
    says="PRIVATE_KEY_PATH cannot be read: '/nowhere/key.pem'",
)
async def a_key_file_that_is_missing(ward: Ward) -> None:
    ward.variables |= {"PRIVATE_KEY": "", "PRIVATE_KEY_PATH": "/nowhere/key.pem"}


@fault(
    ("environment", "error", "WEBHOOK_SECRET"),
    ("environment", "error", "PORT"),
    ("environment", "error", "KEEP_BODIES"),
    says="WEBHOOK_SECRET is not set",
)
async def variables_that_github_does_not_depend_on(ward: Ward) -> None:
    ward.variables |= {"WEBHOOK_SECRET": "", "PORT": "http", "KEEP_BODIES": "maybe"}


@fault(
    ("environment", "warning", "GITHUB_URL"),
    says="links lead to https://github.com",
    advises="Set GITHUB_URL",
)
async def pages_of_another_github(ward: Ward) -> None:
    ward.variables["GITHUB_URL"] = ""


@fault(("github", "error", ""), says="127.0.0.1 cannot be reached")
async def a_github_that_is_away(ward: Ward) -> None:
    ward.variables["GITHUB_API_URL"] = f"http://127.0.0.1:{free_port()}"


@fault(("github", "error", ""), says="is no GitHub API", advises="")
async def a_page_in_place_of_the_api(ward: Ward) -> None:
    ward.variables["GITHUB_API_URL"] = ward.world.url


@fault(
    ("webhook", "error", ""),
    says="PUBLIC_URL says that we are at https://gate.example.com/webhook",
    advises="Correct the webhook's URL",
    page="/apps/plan-gate",
)
async def a_webhook_elsewhere(ward: Ward) -> None:
    ward.variables["PUBLIC_URL"] = "https://gate.example.com"


@fault(("webhook", "warning", ""), says="unencrypted", advises="https", page="/apps/plan-gate")
async def a_webhook_without_tls(ward: Ward) -> None:
    ward.world.app.webhook_url = "http://gate.example.com/webhook"


@fault(("webhook", "error", ""), says="has no webhook", advises="“Active”", page="/apps/plan-gate")
async def a_webhook_that_is_inactive(ward: Ward) -> None:
    ward.world.app.webhook_url = None


@fault(("webhook", "error", ""), says="sent as “form”", advises="application/json")
async def a_webhook_of_another_content_type(ward: Ward) -> None:
    ward.world.app.webhook_content_type = "form"


@fault(("webhook", "warning", ""), says="does not verify", advises="SSL verification")
async def a_webhook_that_trusts_anybody(ward: Ward) -> None:
    ward.world.app.webhook_insecure_ssl = "1"


@fault(
    ("required-check", "warning", "acme/shop"),
    says="classic branch protection, which the App cannot see",
    advises="Require it in a ruleset, with this App (1001)",
    page="/acme/shop/settings/rules",
)
async def a_check_that_nothing_requires(ward: Ward) -> None:
    ward.world.shop.require_nothing()


@fault(
    ("required-check", "warning", "acme/shop"),
    says="from any source: others can report it",
    advises="Choose this App (1001)",
    page="/acme/shop/settings/rules",
)
async def a_check_that_is_not_pinned(ward: Ward) -> None:
    ward.world.shop.require_nothing()
    ward.world.shop.require_check("main", "Plan gate")


@fault(
    ("required-check", "error", "acme/shop"),
    says="from App 1002",
    advises="Choose this App (1001)",
    page="/acme/shop/settings/rules",
)
async def a_check_that_is_pinned_to_another_app(ward: Ward) -> None:
    other = ward.world.sandbox.register_app("other", permissions={}, events=[])
    ward.world.shop.require_nothing()
    ward.world.shop.require_check("main", "Plan gate", other)


@fault(
    ("required-check", "error", "acme/shop"),
    says="`Plan Gate` is required on main, and no check is called so",
    advises="Write it `Plan gate`",
)
async def a_check_of_another_spelling(ward: Ward) -> None:
    ward.world.shop.require_nothing()
    ward.world.shop.require_check("main", "Plan Gate", ward.world.app)


@fault(
    ("required-check", "warning", "acme/shop"),
    says="No rule requires `Plan gate` on release/*",
)
async def a_trusted_branch_that_does_not_require_it(ward: Ward) -> None:
    await ward.world.configure("gate:\n  base_branches: [release/*]\n")
    await ward.world.settle()


@fault(
    ("merge-queue", "error", "acme/shop"),
    ("events", "error", ""),
    says="main has a merge queue",
    advises="merge_queues: read and the event merge_group",
)
async def a_merge_queue_without_the_event(ward: Ward) -> None:
    ward.world.shop.require_merge_queue("main")
    for holder in (ward.world.app, ward.world.installation):
        holder.events.remove("merge_group")


@fault(
    ("configuration", "error", "acme/shop"),
    says=f"{CONFIG_PATH} on main, line 2: Unknown key `exempt_path`",
    advises="Mend it",
    page=f"/acme/shop/blob/main/{CONFIG_PATH}#L2",
)
async def a_broken_configuration(ward: Ward) -> None:
    await ward.world.configure("gate:\n  exempt_path: [x]\n")
    await ward.world.settle()


@fault(
    ("configuration", "error", "acme/shop"),
    says=f"{CONFIG_PATH} of acme/.github, line 1: ",
    page=f"/acme/.github/blob/HEAD/{CONFIG_PATH}#L1",
)
async def a_broken_configuration_of_the_organisation(ward: Ward) -> None:
    house = ward.world.repository("acme/.github")
    house.record.archived = True
    await ward.world.configure("mood: good\n", house)
    await ward.world.settle()


@fault(
    ("rate-limit", "warning", "acme"),
    ("configuration", "warning", "acme/shop"),
    says="9 of 100 requests are left until",
    advises="plan_gate_github_requests_total",
)
async def a_rate_limit_that_is_nearly_used_up(ward: Ward) -> None:
    world = ward.world
    jwt = app_jwt(str(world.app.id), world.app.private_key_pem, world.clock())
    async with aiohttp.ClientSession() as session:
        made = f"{world.sandbox.api_url}/app/installations/{world.installation.id}/access_tokens"
        headers = {"Authorization": f"Bearer {jwt}", "X-GitHub-Api-Version": "2022-11-28"}
        async with session.post(made, headers=headers) as answer:
            headers["Authorization"] = f"Bearer {(await answer.json())['token']}"
        left = 5_000
        while left > 5_000 - 91:
            listed = f"{world.sandbox.api_url}/installation/repositories"
            async with session.get(listed, headers=headers) as answer:
                left = int(answer.headers["x-ratelimit-remaining"])
    world.sandbox.limits.rate = 100


@fault(("required-check", "error", "acme/shop"), says="It could not be looked at: GitHub answered")
async def rules_that_are_not_shown(ward: Ward) -> None:
    ward.world.sandbox.faults.fail("GET", "/repos/acme/shop/rules", 403)


@fault(("installation", "error", "acme"), says="It could not be looked at: GitHub answered 403")
async def repositories_that_are_not_listed(ward: Ward) -> None:
    ward.world.sandbox.faults.fail("GET", "^/installation/repositories", 403)


@fault(("rate-limit", "error", "acme"), says="It could not be looked at: GitHub answered 403")
async def an_installation_that_gives_no_token(ward: Ward) -> None:
    ward.world.sandbox.faults.fail("POST", "^/app/installations", 403)


@fault(
    ("webhook", "error", ""),
    ("deliveries", "error", ""),
    ("installation", "error", ""),
    says="It could not be looked at: GitHub answered 403",
)
async def an_app_that_is_shown_nothing(ward: Ward) -> None:
    ward.world.sandbox.faults.fail("GET", "^/app/", 403, times=3)


@pytest.mark.parametrize("name", PLANTS)
async def test_a_fault_is_found_alone_and_with_what_to_do(ward: Ward, name: str) -> None:
    plant, expected, (says, advises, page) = PLANTS[name]
    await plant(ward)
    status, findings = await ward.examine()
    path = str(ward.world.database)
    expected = [(check, level, about.replace("…", path)) for check, level, about in expected]
    assert sorted(bad(findings)) == sorted(expected)
    assert status == int(any(level == "error" for _, level, _ in expected))
    first = next(one for one in findings if (one["check"], one["level"]) == expected[0][:2])
    assert says in first["message"]
    assert advises in first["advice"]
    assert first["url"].endswith(page)
    assert first["url"].startswith(ward.world.sandbox.url) is bool(first["url"])
    assert "s3cret" not in str(findings)
    assert ward.world.app.private_key_pem[40:80] not in str(findings)


# ── what is no fault ─────────────────────────────────────────────────────────
async def test_more_than_is_needed_is_a_note(ward: Ward) -> None:
    ward.world.app.permissions["actions"] = "read"
    ward.world.app.events.append("label")
    status, findings = await ward.examine()
    assert (status, bad(findings)) == (0, [])
    notes = [one["message"] for one in findings if one["level"] == "info"]
    assert notes == [
        "The App may do more than it needs: actions: read",
        "The App also hears of label, which it ignores",
    ]


async def test_shadow_mode_is_a_note_and_needs_no_rule(ward: Ward) -> None:
    ward.world.shop.require_nothing()
    await ward.world.configure("mode: shadow\n")
    await ward.world.settle()
    status, findings = await ward.examine()
    assert (status, bad(findings)) == (0, [])
    notes = [one["check"] for one in findings if one["level"] == "info"]
    assert notes == ["configuration", "required-check"]


async def test_a_merge_queue_that_is_heard_of_is_well(ward: Ward) -> None:
    ward.world.shop.require_merge_queue("main")
    status, findings = await ward.examine()
    assert (status, bad(findings)) == (0, [])
    assert "merge-queue" in {one["check"] for one in findings}


async def test_where_nothing_is_counted_nothing_is_said_of_limits(ward: Ward) -> None:
    ward.world.sandbox.limits.rated = False
    status, findings = await ward.examine()
    assert (status, bad(findings)) == (0, [])
    assert "rate-limit" not in {one["check"] for one in findings}


async def test_an_empty_repository_is_a_note(ward: Ward) -> None:
    empty = ward.world.sandbox.create_repository("acme/empty", {})
    empty.record.refs.clear()
    status, findings = await ward.examine()
    assert (status, bad(findings)) == (0, [])
    assert [one["about"] for one in findings if one["level"] == "info"] == ["acme/empty"]


async def test_a_glob_without_an_example_is_a_note(ward: Ward) -> None:
    await ward.world.configure("gate:\n  base_branches: [main, '[!a]*']\n")
    await ward.world.settle()
    status, findings = await ward.examine()
    assert (status, bad(findings)) == (0, [])
    notes = [one["message"] for one in findings if one["level"] == "info"]
    assert notes == ["Branches like [!a]* cannot be looked at by an example"]


async def test_archived_repositories_are_left_alone(ward: Ward) -> None:
    old = ward.world.sandbox.create_repository("acme/old", {"README.md": "# Old\n"})
    old.record.archived = True
    _, findings = await ward.examine()
    assert "acme/old" not in {one["about"] for one in findings}


# ── where GitHub asks for patience ───────────────────────────────────────────
async def look_at_shop(world: World) -> list[str]:
    """How bad it is, where time moves only by waiting."""
    async with aiohttp.ClientSession() as session, InProcess() as offload:
        memory = Passing()
        installations = Installations(
            session,
            world.sandbox.api_url,
            str(world.app.id),
            world.app.private_key_pem,
            memory,
            clock=world.clock,
            sleep=world.clock.sleep,
        )
        client = installations.client(world.installation.id)
        access = Access(client, ObjectCache(memory), ParsedPlans(offload), memory)
        place = Place("acme/shop", world.app.id, True, Pages(world.sandbox.url))
        checks = await look_at_repository(Target(place, access, "main"), world.clock.sleep)
        return [f"{check.topic} {check.level}" for check in checks]


@pytest.mark.parametrize(
    ("path", "times", "seconds", "found"),
    [
        ("/branches/main$", 1, 60, ["configuration ok", "required-check ok"]),
        ("/rules/", 4, 60, ["configuration ok", "required-check ok"]),
        ("/rules/", 5, 60, ["configuration warning"]),
        ("/rules/", 1, 600, ["configuration warning"]),
    ],
)
async def test_a_minute_is_waited_for_and_an_hour_is_not(
    github: World, path: str, times: int, seconds: int, found: list[str]
) -> None:
    github.sandbox.faults.rate_limit("secondary", times, seconds, path=path)
    assert await look_at_shop(github) == found
    waited = github.clock.now - NOON
    assert (60 * times <= waited < 60 * times + 30) if seconds == 60 else waited < 30


# ── one repository, and a delivery sent again ────────────────────────────────
async def test_only_the_repositories_that_are_asked_for(ward: Ward) -> None:
    for name in ("acme/one", "acme/two"):
        ward.world.sandbox.create_repository(name, {"README.md": "# One\n"})
    status, findings = await ward.examine("acme/one", "acme/nowhere")
    assert status == 1
    assert bad(findings) == [
        ("installation", "error", "acme/nowhere"),
        ("required-check", "warning", "acme/one"),
    ]
    assert {one["about"] for one in findings} == {"", "acme", "acme/nowhere", "acme/one"}


async def test_a_ping_is_sent_again_and_waited_for(ward: Ward) -> None:
    ward.world.app.webhook_secret = "another"
    await ward.deliver()
    ward.world.app.webhook_secret = settings_of(ward.world)["WEBHOOK_SECRET"]
    status, findings = await ward.examine(ping=True)
    assert status == 1
    found = next(one for one in findings if one["check"] == "deliveries")
    assert found["message"].endswith("its signature does not fit (401)")

    ward.world.app.webhook_secret = "a secret of the webhook"
    status, findings = await ward.examine(ping=True)
    assert (status, bad(findings)) == (0, [])
    found = next(one for one in findings if one["check"] == "deliveries")
    assert found["message"] == "A delivery that was sent again just now has arrived (ping)"


async def test_a_ping_that_does_not_come_back_is_a_warning(ward: Ward) -> None:
    ward.world.sandbox.faults.webhooks.hold()
    status, findings = await ward.examine(ping=True)
    assert (status, bad(findings)) == (0, [("deliveries", "warning", "--ping")])
    ward.world.sandbox.faults.webhooks.release()


# ── as people read it ────────────────────────────────────────────────────────
async def test_people_are_shown_groups_marks_and_pages(ward: Ward) -> None:
    world = ward.world
    for number in range(5):
        world.repository(f"acme/service-{number}")
    world.shop.require_nothing()
    done = await plan_gate(world.database.parent, "doctor", **settings_of(world))
    assert (done.status, done.err) == (0, "")
    shown = done.out.replace(world.sandbox.url, "https://github.test")
    assert "\x1b" not in shown
    assert shown.endswith(
        """\
Repositories
  ✓ acme/shop, acme/service-0, acme/service-1 and 3 more: its configuration can
    be read
  ! warning: acme/shop: no rule requires `Plan gate` on main: either nothing
    does, or it is classic branch protection, which the App cannot see
    → Require it in a ruleset, with this App (1001) as its source
      https://github.test/acme/shop/settings/rules
  ✓ acme/service-0, acme/service-1, acme/service-2 and 2 more: `Plan gate` is
    required on main, from this App alone

22 checks: 0 errors, 1 warning
"""
    )


async def test_what_mends_takes_no_format(tmp_path: Path) -> None:
    for what in ("--migrate", "--rebuild-index"):
        done = await plan_gate(tmp_path, "doctor", what, "--format", "json")
        assert done.status == 2
        assert done.err == (
            "plan-gate: error: --ping and --format go without --migrate and --rebuild-index\n"
        )


async def test_without_any_settings_everything_that_lacks_is_said(tmp_path: Path) -> None:
    done = await plan_gate(tmp_path, "doctor", DATABASE_URL="nowhere")
    assert (done.status, done.err) == (1, "")
    for name in ("APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET", "DATABASE_URL"):
        assert f"✗ error: {name} " in done.out


async def test_a_postgresql_database_in_each_state(tmp_path: Path, postgres: str) -> None:
    async def database() -> dict[str, str]:
        checks = await look({"DATABASE_URL": postgres}, Wanted())
        found: list[dict[str, str]] = json.loads(as_json(checks))
        return next(one for one in found if one["check"] == "database")

    found = await database()
    assert (found["level"], found["message"].endswith("has no tables yet")) == ("warning", True)
    await (await open_database(Postgres(postgres))).close()
    assert (await database())["level"] == "ok"

    name = postgres.rpartition("/")[2].partition("?")[0]
    connection = await asyncpg.connect(postgres)
    await connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await connection.close()
    found = await database()
    assert found["level"] == "error"
    assert "read-only transaction" in found["message"]
