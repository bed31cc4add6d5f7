"""What exempts a pull request's code from a plan, and what only looks as if it did."""

from collections.abc import Iterator, Sequence

from bot.config.schema import Config
from bot.gate.facts import Actor, Commit, Facts, LabelAdded, Pull, Role
from bot.gate.verdict import (
    ExemptAuthor,
    ExemptByPerson,
    ExemptionEnded,
    ExemptLabel,
    LabelNotCounted,
    NoRight,
    Reason,
)


def find_exemption(facts: Facts, config: Config) -> Reason | None:
    """The exemption that holds, if one does: by author, by label, or recorded by somebody."""
    if is_exempt_author(facts, config):
        return ExemptAuthor(facts.pull.author.login)
    for label in facts.labels:
        if label.by is not None and no_right(label, facts.pull) is None:
            return ExemptLabel(label.name, label.by.login)
    if facts.exemption is not None and facts.exemption.head_sha == facts.pull.head_sha:
        return ExemptByPerson(facts.exemption)
    return None


def exempting_labels(labels: Sequence[str], config: Config) -> tuple[str, ...]:
    """Those of a pull request's labels that may exempt it."""
    exempting = {label.casefold() for label in config.gate.exempt_labels}
    return tuple(label for label in labels if label.casefold() in exempting)


def uncounted(facts: Facts) -> Iterator[Reason]:
    """What was meant to exempt and does not: nobody should have to guess why."""
    for label in facts.labels:
        if (why := no_right(label, facts.pull)) is not None:
            yield LabelNotCounted(label.name, label.by.login if label.by else "", why)
    if facts.exemption is not None and facts.exemption.head_sha != facts.pull.head_sha:
        yield ExemptionEnded(facts.exemption)


def is_named(author: Actor, config: Config) -> bool:
    """Whether the configuration exempts the account: by exact login, and by type for a bot."""
    named = author.login in config.gate.exempt_authors
    return named and author.bot == author.login.endswith("[bot]")


def is_vouched(commit: Commit, config: Config) -> bool:
    """Whether the commit is verified as an exempt author's."""
    return commit.verified and commit.author is not None and is_named(commit.author, config)


def is_exempt_author(facts: Facts, config: Config) -> bool:
    """Whether an exempt author opened it, and every commit is verified as an exempt author's.

    Anybody who can push may add a commit to a bot's branch, and write any name on it.
    """
    vouched = (is_vouched(commit, config) for commit in facts.commits)
    return is_named(facts.pull.author, config) and bool(facts.commits) and all(vouched)


def no_right(label: LabelAdded, pull: Pull) -> NoRight | None:
    """Why somebody's label does not count."""
    if label.by is None:
        return NoRight.UNKNOWN
    if label.by.bot:
        return NoRight.BOT
    if label.by.login.casefold() == pull.author.login.casefold():
        return NoRight.AUTHOR
    return None if label.role.at_least(Role.MAINTAIN) else NoRight.ROLE
