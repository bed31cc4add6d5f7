"""Accounts and the signatures on commits in GitHub's GraphQL."""

import re
from typing import Final

from bot.sandbox.git.objects import Commit, Signature
from bot.sandbox.graph.view import View
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.records import JsonObject

_CO_AUTHOR: Final = re.compile(r"^co-authored-by: *(.+?) *<(.+)>\s*$", re.I | re.M)


def actor(account: Account | None) -> JsonObject | None:
    """Return an `Actor`, or None for an account that was deleted.

    Here, unlike over REST, a Bot's login has no `[bot]` at its end.
    """
    if account is None or account.deleted:
        return None
    return {
        "__typename": account.type,
        "id": f"U_{account.id}",
        "databaseId": account.id,
        "login": account.login.removesuffix("[bot]"),
    }


def git_actor(view: View, signature: Signature) -> JsonObject:
    """Return a `GitActor`; its `user` is null for a Bot, and where no account has the address."""
    account = view.world.signer(signature)
    person = account if account is not None and account.type == "User" else None
    return {
        "name": signature.name,
        "email": signature.email,
        "date": signature.date,
        "user": actor(person),
    }


def authors(record: Commit) -> list[Signature]:
    """Return who wrote a commit: its author, then those that its message names as co-authors."""
    named = _CO_AUTHOR.findall(record.message)
    return [
        record.author,
        *(Signature(name, email, record.author.when) for name, email in named),
    ]
