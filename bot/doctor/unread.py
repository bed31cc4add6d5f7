"""What is said of a thing that GitHub did not show."""

from bot.doctor.model import Check, Level, Topic
from bot.github.errors import GitHubError, Postponed


def unread(topic: Topic, about: str, fault: GitHubError) -> Check:
    """Take it for wrong, since nobody can vouch for it; for later, where it is only too early."""
    level = Level.WARNING if isinstance(fault, Postponed) else Level.ERROR
    return Check(topic, about, level, f"It could not be looked at: {fault}")
