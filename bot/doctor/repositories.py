"""Reads one repository: its configuration, and the rules of the branches that decide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.doctor.model import Check, Level, Topic
from bot.doctor.repository import Place, example_of, judge_config, judge_rules
from bot.doctor.unread import unread
from bot.gate.facts import InvalidConfig
from bot.github.access import Access
from bot.github.errors import GitHubError, NotFound, Postponed
from bot.github.policy import PolicyReader
from bot.github.sender import Sleep
from bot.github.tally import tallying

_PATIENCE = 120.0  # seconds; a primary limit takes up to an hour
_WAITS = 5


@dataclass(frozen=True, slots=True)
class Target:
    """A repository that is to be looked at: by which access, and from which *default* branch."""

    place: Place
    access: Access
    default: str


async def look_at_repository(target: Target, sleep: Sleep) -> list[Check]:
    """Look at a repository's configuration, and at the rules of the branches that decide.

    It leaves live runs their reserve of the rate limit, and waits where GitHub asks for a minute
    or two.
    """
    place = target.place
    with tallying(backfill=True):
        for _ in range(_WAITS):
            try:
                return await _look(place, target.access, target.default)
            except Postponed as early:
                if early.delay > _PATIENCE:
                    return [unread(Topic.CONFIGURATION, place.repository, early)]
                await sleep(early.delay)
        message = "It could not be looked at: GitHub asks for patience again and again"
        return [place.check(Topic.CONFIGURATION, Level.WARNING, message)]


async def _look(place: Place, access: Access, default: str) -> list[Check]:
    try:
        policy = await PolicyReader(access, place.repository).read(default, default)
    except NotFound:
        message = "It has no branch yet: there is nothing to decide by"
        return [place.check(Topic.CONFIGURATION, Level.INFO, message)]
    except Postponed:
        raise
    except GitHubError as fault:
        return [unread(Topic.CONFIGURATION, place.repository, fault)]
    config = policy.config
    checks = [judge_config(place, config, default)]
    shadow, globs = False, tuple[str, ...]()
    if not isinstance(config, InvalidConfig):
        shadow, globs = config.mode == "shadow", config.gate.base_branches
    for glob, branch in _branches(default, globs):
        if branch is None:
            message = f"Branches like {glob} cannot be looked at by an example"
            advice = f"See yourself that a ruleset requires the check on {glob}"
            checks.append(place.check(Topic.REQUIRED_CHECK, Level.INFO, message, advice))
            continue
        try:
            rules = await access.read_rules(place.repository, branch)
        except Postponed:
            raise
        except GitHubError as fault:
            checks.append(unread(Topic.REQUIRED_CHECK, place.repository, fault))
        else:
            checks += judge_rules(place, glob, rules, shadow=shadow)
    return checks


def _branches(default: str, globs: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield what decides, each with a branch to look at in its place."""
    yield default, default
    for glob in globs:
        if glob != default:
            yield glob, example_of(glob)
