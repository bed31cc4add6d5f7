"""Accounts as the gate knows them, from either of GitHub's APIs."""

from bot.gate.facts import Actor
from bot.github.answers import User
from bot.github.query_answers import Account


def as_actor(account: User | Account | None) -> Actor | None:
    """Whoever acted. Only users and Apps do: an organisation or an imported name is nobody.

    A Bot's login is `renovate` in GraphQL and `renovate[bot]` in REST: here it is the latter.
    """
    match account:
        case User(login, type="User") | Account(login, type="User"):
            return Actor(login)
        case User(login, type="Bot"):
            return Actor(login, bot=True)
        case Account(login, type="Bot"):
            return Actor(f"{login.removesuffix('[bot]')}[bot]", bot=True)
        case _:
            return None
