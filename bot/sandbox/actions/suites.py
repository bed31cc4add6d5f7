"""Check suites: every push opens one for each App that may write checks."""

from bot.sandbox.actions import announce
from bot.sandbox.state.accounts import Account, App
from bot.sandbox.state.checks import CheckSuite
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import World


def request_suites(
    world: World, repo: Repo, branch: str, before: str, after: str, by: Account
) -> None:
    """Open the suites of a pushed commit and ask their Apps for checks."""
    for installation in world.installed(repo, "checks:write"):
        suite = suite_of(world, repo, installation.app, after)
        suite.head_branch, suite.before = branch, before
        announce.check_suite(world, repo, suite, "requested", by)


def suite_of(world: World, repo: Repo, app: App, sha: str) -> CheckSuite:
    """Return an App's suite for a commit; without a push to this repository it has no branch."""
    for suite in repo.suites:
        if suite.app is app and suite.head_sha == sha:
            return suite
    suite = CheckSuite(world.next_id("suite"), app, sha, None, None, world.clock())
    repo.suites.append(suite)
    return suite
