"""What is read is judged by pure functions: what is so, how bad it is, where it is mended."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config.schema import CONFIG_PATH, Config
from bot.doctor.database import judge_tables
from bot.doctor.environment import judge_files, secret_files
from bot.doctor.installation import hears_merge_groups, judge_installation, name_of
from bot.doctor.model import Level
from bot.doctor.pages import Pages
from bot.doctor.registration import (
    Needs,
    judge_clock,
    judge_introduction,
    judge_permissions,
    lacking_permissions,
)
from bot.doctor.repository import Place, example_of, judge_config, judge_rules
from bot.doctor.webhook import judge_deliveries, judge_hook
from bot.gate.facts import InvalidConfig
from bot.github.answers import (
    Account,
    HookConfig,
    HookDelivery,
    Installation,
    Registration,
    RequiredCheck,
    Rule,
    RuleParameters,
)
from bot.github.introduction import Introduction
from bot.work.condition import Tables

PAGES = Pages("https://github.test")
NEEDS = Needs({"checks": "write", "metadata": "read"}, ("push",))
ORGANISATION = Account("acme", "Organization")
APP = Registration(7, "plan-gate", ORGANISATION, {"checks": "write"}, ("push",))
PAGE = "https://github.test/page"


# ── pages ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("owner", "page"),
    [
        (ORGANISATION, "https://github.test/organizations/acme/settings/apps/plan-gate/x"),
        (Account("octocat", "User"), "https://github.test/settings/apps/plan-gate/x"),
        (Account(slug="big"), "https://github.test/enterprises/big/settings/apps/plan-gate/x"),
        (
            Account("a b\x1b?#", "Organization"),
            "https://github.test/organizations/a%20b%1B%3F%23/settings/apps/plan-gate/x",
        ),
    ],
)
def test_an_apps_settings_are_where_its_owner_has_them(owner: Account, page: str) -> None:
    assert PAGES.app(Registration(7, "plan-gate", owner, {}, ()), "x") == page


@pytest.mark.parametrize(
    ("account", "page", "name"),
    [
        (ORGANISATION, "/organizations/acme/settings/installations/5", "acme"),
        (Account("octocat", "User"), "/settings/installations/5", "octocat"),
        (Account(slug="big"), "/enterprises/big/settings/installations/5", "big"),
        (None, "/settings/installations/5", "installation 5"),
    ],
)
def test_an_installation_is_where_its_account_has_it(
    account: Account | None, page: str, name: str
) -> None:
    installation = Installation(5, account=account)
    assert PAGES.installation(installation) == f"https://github.test{page}"
    assert name_of(installation) == name


# ── the App ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (None, Level.INFO, "does not say what time it is"),
        (0.0, Level.OK, "agree"),
        (30.0, Level.OK, "agree"),
        (-30.0, Level.OK, "agree"),
        (30.6, Level.WARNING, "31 s ahead of GitHub's"),
        (-31.0, Level.WARNING, "31 s behind GitHub's"),
        (60.0, Level.WARNING, "60 s ahead"),
        (61.0, Level.ERROR, "61 s ahead"),
        (-3_600.0, Level.ERROR, "3600 s behind"),
    ],
)
def test_the_clock(ahead: float | None, level: Level, words: str) -> None:
    check = judge_clock(ahead)
    assert check.level is level
    assert words in check.message


@pytest.mark.parametrize(
    ("said", "levels"),
    [
        (Introduction(200, ahead=0, app=APP), {"clock": "ok", "key": "ok"}),
        (Introduction(401, "no", 0), {"clock": "ok", "key": "error"}),
        (Introduction(401, "no", 90), {"clock": "error"}),
        (Introduction(404, "no", 90), {"clock": "error", "key": "error"}),
        (Introduction(404, "no", 0), {"clock": "ok", "key": "error"}),
        (Introduction(403, "no", None), {"clock": "info", "key": "error"}),
    ],
)
def test_the_key(said: Introduction, levels: dict[str, str]) -> None:
    checks = judge_introduction(said, "7", NEEDS, PAGES)
    found = {str(one.topic): str(one.level) for one in checks}
    assert {name: found.get(name) for name in ("clock", "key") if name in found} == levels


def test_a_key_of_another_app_is_an_error() -> None:
    checks = judge_introduction(Introduction(200, ahead=0, app=APP), "8", NEEDS, PAGES)
    assert checks[1].level is Level.ERROR
    assert checks[1].message == "The private key belongs to App 7, and APP_ID is 8"
    assert judge_introduction(Introduction(200, app=APP), "007", NEEDS, PAGES)[1].level is Level.OK


@pytest.mark.parametrize(
    ("held", "needed", "lacking"),
    [
        ({}, {"checks": "read"}, ["checks: read"]),
        ({"checks": "read"}, {"checks": "read"}, []),
        ({"checks": "write"}, {"checks": "read"}, []),
        ({"checks": "admin"}, {"checks": "write"}, []),
        ({"checks": "read"}, {"checks": "write"}, ["checks: write"]),
        ({"checks": "odd"}, {"checks": "read"}, ["checks: read"]),
        ({}, {"metadata": "read"}, []),
    ],
)
def test_permissions_are_ranked(
    held: dict[str, str], needed: dict[str, str], lacking: list[str]
) -> None:
    assert lacking_permissions(held, needed) == lacking


def test_too_low_a_level_and_too_high_a_one_are_both_said() -> None:
    held, needed = {"checks": "read", "issues": "write"}, {"checks": "write", "issues": "read"}
    assert [(one.level, one.message) for one in judge_permissions(held, needed, PAGE)] == [
        (Level.ERROR, "The App lacks 1 permission: checks: write"),
        (Level.INFO, "The App may do more than it needs: issues: write"),
    ]


# ── installations ────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("permissions", "events", "level"),
    [
        ({"checks": "write"}, ("push",), Level.OK),
        ({"checks": "read"}, ("push",), Level.ERROR),
        ({"checks": "write"}, (), Level.ERROR),
    ],
)
def test_what_an_owner_has_not_accepted(
    permissions: dict[str, str], events: tuple[str, ...], level: Level
) -> None:
    installation = Installation(5, None, ORGANISATION, permissions, events)
    assert judge_installation(installation, APP, NEEDS, PAGES).level is level


def test_what_the_app_itself_lacks_is_no_owners_matter() -> None:
    app = Registration(7, "plan-gate", ORGANISATION, {}, ())
    installation = Installation(5, None, ORGANISATION)
    assert judge_installation(installation, app, NEEDS, PAGES).level is Level.OK


@pytest.mark.parametrize(
    ("permissions", "events", "hears"),
    [
        ({"merge_queues": "read"}, ("merge_group",), True),
        ({"merge_queues": "write"}, ("merge_group",), True),
        ({}, ("merge_group",), False),
        ({"merge_queues": "read"}, (), False),
    ],
)
def test_merge_groups_need_event_and_permission(
    permissions: dict[str, str], events: tuple[str, ...], hears: bool
) -> None:
    assert hears_merge_groups(Installation(5, None, None, permissions, events)) is hears


# ── the webhook ──────────────────────────────────────────────────────────────
HOOK = "https://gate.example.com/webhook"


@pytest.mark.parametrize(
    ("hook", "public_url", "levels"),
    [
        (HookConfig(HOOK, "json", "0"), None, [Level.OK]),
        (HookConfig(HOOK, "json", 0), "https://gate.example.com", [Level.OK]),
        (HookConfig(HOOK, None, None), "https://GATE.example.com", [Level.OK]),
        (HookConfig(HOOK, "json", 0.0), None, [Level.OK]),
        (HookConfig(f"{HOOK}/", "json", "0"), "https://gate.example.com", [Level.ERROR]),
        (HookConfig(HOOK, "json", "0"), "https://gate.example.org", [Level.ERROR]),
        (HookConfig("http://localhost:1/webhook", "json", "0"), None, [Level.OK]),
        (HookConfig("http://[::1]:1/webhook", "json", "0"), None, [Level.OK]),
        (HookConfig("http://gate.example.com/webhook", "json", "0"), None, [Level.WARNING]),
        (HookConfig(HOOK, "form", "0"), None, [Level.ERROR]),
        (HookConfig(HOOK, "json", "1"), None, [Level.WARNING]),
        (HookConfig(HOOK, "json", 1.0), None, [Level.WARNING]),
        (HookConfig(None, "json", "0"), None, [Level.ERROR]),
        (HookConfig("", "json", "0"), "https://gate.example.com", [Level.ERROR]),
        (HookConfig("http://[odd", "json", "0"), None, [Level.ERROR]),
    ],
)
def test_the_webhook(hook: HookConfig, public_url: str | None, levels: list[Level]) -> None:
    assert [check.level for check in judge_hook(hook, public_url, PAGE)] == levels


def test_what_may_be_secret_in_a_webhooks_url_is_not_shown() -> None:
    hook = HookConfig("http://user:s3cret@gate.example.com/webhook?token=s3cret", "json", "0")
    checks = judge_hook(hook, "https://gate.example.com", PAGE)
    assert "s3cret" not in str(checks)
    assert "http://gate.example.com/webhook?…" in checks[0].message


def attempt(code: int, status: str = "", number: int = 1) -> HookDelivery:
    at = datetime(2026, 11, 2, 10, tzinfo=UTC)
    said = status or ("OK" if code == 200 else f"Invalid HTTP Response: {code}")
    return HookDelivery(number, "guid", at, False, said, code, "push")


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        (401, "", "the same secret"),
        (400, "", "Give the webhook a secret"),
        (404, "", "must end with /webhook"),
        (405, "", "must end with /webhook"),
        (503, "", "its database is away"),
        (502, "", "of the proxy before it"),
        (500, "", "of the proxy before it"),
        (301, "", "follows no redirects"),
        (418, "", "Plan Gate does not answer so"),
        (502, "failed to connect to host", "GitHub can reach it"),
        (0, "timed out", "GitHub can reach it"),
    ],
)
def test_a_delivery_that_failed_is_explained(code: int, status: str, advice: str) -> None:
    check = judge_deliveries([attempt(code, status)], PAGE)
    assert (check.level, check.url) == (Level.ERROR, PAGE)
    assert advice in check.advice


def test_the_newest_delivery_decides() -> None:
    good, failed = attempt(200), attempt(401)
    assert judge_deliveries([good, failed], PAGE).level is Level.OK
    check = judge_deliveries([failed, failed, good, failed], PAGE)
    assert check.level is Level.ERROR
    assert check.message == (
        "The newest 2 deliveries did not arrive: its signature does not fit (401) "
        "(push at 2026-11-02 10:00 UTC)"
    )
    assert judge_deliveries([], PAGE).level is Level.WARNING


# ── repositories ─────────────────────────────────────────────────────────────
PLACE = Place("acme/shop", 7, True, PAGES)


def requires(*checks: tuple[str, int | None]) -> Rule:
    required = tuple(RequiredCheck(name, app) for name, app in checks)
    return Rule("required_status_checks", RuleParameters(required))


@pytest.mark.parametrize(
    ("rules", "level"),
    [
        ([requires(("Plan gate", 7))], Level.OK),
        ([requires(("Plan gate", None)), requires(("Plan gate", 7))], Level.OK),
        ([requires(("tests", 3), ("Plan gate", 7))], Level.OK),
        ([requires(("Plan gate", None))], Level.WARNING),
        ([requires(("Plan gate", 8))], Level.ERROR),
        ([requires(("Plan gate", 7)), requires(("Plan gate", 8))], Level.ERROR),
        ([requires(("plan gate", 7))], Level.ERROR),
        ([requires(("Plan gate / lint", None))], Level.WARNING),
        ([Rule("pull_request"), Rule("required_status_checks")], Level.WARNING),
        ([], Level.WARNING),
    ],
)
def test_whether_the_check_is_required(rules: list[Rule], level: Level) -> None:
    [check] = judge_rules(PLACE, "main", rules)
    assert (check.level, check.about) == (level, "acme/shop")


def test_in_shadow_mode_only_what_is_missing_is_a_note() -> None:
    assert judge_rules(PLACE, "main", [], shadow=True)[0].level is Level.INFO
    rules = [requires(("Plan gate", 8))]
    assert judge_rules(PLACE, "main", rules, shadow=True)[0].level is Level.ERROR


@pytest.mark.parametrize(("hears", "level"), [(True, Level.OK), (False, Level.ERROR)])
def test_a_merge_queue_must_be_heard(hears: bool, level: Level) -> None:
    place = Place("acme/shop", 7, hears, PAGES)
    rules = [requires(("Plan gate", 7)), Rule("merge_queue")]
    assert [check.level for check in judge_rules(place, "main", rules)] == [Level.OK, level]


@pytest.mark.parametrize(
    ("glob", "example"),
    [
        ("release", "release"),
        ("release/*", "release/1"),
        ("release/**", "release/1"),
        ("v?.[0-9]", "v1.0"),
        ("[!a]*", None),
        ("[ab", None),
    ],
)
def test_a_branch_for_a_glob(glob: str, example: str | None) -> None:
    assert example_of(glob) == example


@pytest.mark.parametrize(
    ("config", "level", "url"),
    [
        (Config(), Level.OK, ""),
        (Config(mode="shadow"), Level.INFO, ""),
        (
            InvalidConfig(CONFIG_PATH, 3, 1, "odd"),
            Level.ERROR,
            f"https://github.test/acme/shop/blob/feat%23/{CONFIG_PATH}#L3",
        ),
        (
            InvalidConfig(CONFIG_PATH, 3, 1, "odd", "acme/.github"),
            Level.ERROR,
            f"https://github.test/acme/.github/blob/HEAD/{CONFIG_PATH}#L3",
        ),
    ],
)
def test_the_configuration(config: Config | InvalidConfig, level: Level, url: str) -> None:
    check = judge_config(PLACE, config, "feat#")
    assert (check.level, check.url) == (level, url)


# ── this machine ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("tables", "level"),
    [
        (Tables.CURRENT, Level.OK),
        (Tables.OLDER, Level.WARNING),
        (Tables.MISSING, Level.WARNING),
    ],
)
def test_the_tables(tables: Tables, level: Level) -> None:
    assert judge_tables("gate.db", tables).level is level


def test_secrets_that_everybody_reads(tmp_path: Path) -> None:
    key, dotenv, database = (tmp_path / name for name in ("key.pem", ".env", "gate.db"))
    for file in (key, dotenv, database):
        file.write_text("WEBHOOK_SECRET=x\n")
        file.chmod(0o640)
    environ = {"PRIVATE_KEY_PATH": str(key)}
    files = [*secret_files(environ, database, tmp_path)]
    assert [path for path, _ in files] == [key, dotenv, database]
    assert [*judge_files(files)] == []
    for file in (key, dotenv, database):
        file.chmod(0o644)
    found = [*judge_files([*files, (Path("nowhere"), ""), (Path("nul\0byte"), "")])]
    assert [one.about for one in found] == [str(path) for path, _ in files]
    dotenv.write_text("LOG_LEVEL=debug\n")
    assert [*secret_files({**environ, "PRIVATE_KEY": "KEY"}, None, tmp_path)] == []
