"""A GitHub in memory, for the demo and the tests; it knows nothing of the bot that it serves.

From the bottom up: `git` keeps objects, `state` what exists, `shapes` writes it as GitHub's JSON,
`actions` are what can happen and tell the Apps, `webhooks` carries that to them, `api` and `server`
answer requests, `graph` those in GraphQL, `page` shows pull requests to people. `Sandbox`,
`Repository` and `PullRequest` are what a test holds in its hands. Nothing is kept when it stops.
"""

from bot.sandbox.actions.merging import MergeBlocked
from bot.sandbox.disorder import Disorder
from bot.sandbox.exchange import Exchange
from bot.sandbox.git.objects import Symlink
from bot.sandbox.pull_request import PullRequest
from bot.sandbox.repository import Repository
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.accounts import App, Installation
from bot.sandbox.state.checks import Action, Annotation, CheckRun
from bot.sandbox.state.deliveries import Delivery
from bot.sandbox.state.records import Comment, MergeGroup
from bot.sandbox.state.rules import MergeState

__all__ = [
    "Action",
    "Annotation",
    "App",
    "CheckRun",
    "Comment",
    "Delivery",
    "Disorder",
    "Exchange",
    "Installation",
    "MergeBlocked",
    "MergeGroup",
    "MergeState",
    "PullRequest",
    "Repository",
    "Sandbox",
    "Symlink",
]
