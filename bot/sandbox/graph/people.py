"""Accounts and the signatures on commits in GitHub's GraphQL."""

import re
from typing import Final

from bot.sandbox.git.objects import Commit, Signature
from bot.sandbox.graph.view import View
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.records import JsonObject

_CO_AUTHOR: Final = re.compile(r"^co-authored-by: *(.+?) *<(.+)>\s*$", re.I | re.M)


def actor(account: Account) -> JsonObject:
    """Return an `Actor`; here, unlike over REST, a Bot's login has no `[bot]` at its end."""
    return {
        "__typename": account.type,
        "id": f"U_{account.id}",
        "databaseId": account.id,
        "login": account.login.removesuffix("[bot]"),
    }


def git_actor(view: View, signature: Signature) -> JsonObject:
    """Return a `GitActor`; its `user` is null for a Bot, and where no account has the address."""
    account = view.world.signer(signature)
    user = account if account is not None and account.type == "User" else None
    return {
        "name": signature.name,
        "email": signature.email,
        "date": signature.date,
        "user": user and actor(user),
    }


def authors(record: Commit) -> list[Signature]:
    """Return who wrote a commit: its author, then those that its message names as co-authors."""
    named = _CO_AUTHOR.findall(record.message)
    return [
        record.author,
        *(Signature(name, email, record.author.when) for name, email in named),
    ]
