"""The parts of GitHub's answers that we need, named as GitHub names them.

https://docs.github.com/en/rest – other fields may come and go.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct


class App(Struct):
    """`GET /app`."""

    id: int
    slug: str


class Itself(App):
    """`GET /app`, with the page where people find it."""

    html_url: str


class Account(Struct):
    """Whom an App or an installation belongs to; an enterprise has a `slug` in place of both."""

    login: str = ""
    type: str = ""
    slug: str = ""


class Registration(App):
    """`GET /app` in full: what the App may do, and what it hears of."""

    owner: Account
    permissions: dict[str, str]
    events: tuple[str, ...]


class Installation(Struct):
    """An entry of `GET /app/installations`: where the App is installed, unless suspended.

    It has the permissions that an owner there has accepted.
    """

    id: int
    suspended_at: str | None = None
    account: Account | None = None
    permissions: dict[str, str] = {}
    events: tuple[str, ...] = ()


class HookConfig(Struct):
    """`GET /app/hook/config`: where the App's webhooks go, and how."""

    url: str | None = None
    content_type: str | None = None
    insecure_ssl: str | float | None = None


class RateLimit(Struct):
    """What is left of one limit, until *reset* (seconds since the epoch)."""

    limit: int
    remaining: int
    reset: int


class RateLimits(Struct):
    """The limits by resource: REST counts against `core`."""

    core: RateLimit


class RateLimitOverview(Struct):
    """`GET /rate_limit`, which costs nothing."""

    resources: RateLimits


class RequiredCheck(Struct):
    """A check that a rule requires; without *integration_id* from any App."""

    context: str
    integration_id: int | None = None


class RuleParameters(Struct):
    """What a rule of type `required_status_checks` requires; of others nothing is read."""

    required_status_checks: tuple[RequiredCheck, ...] = ()


class Rule(Struct):
    """A rule of a ruleset, or of `GET /repos/…/rules/branches/{branch}`, as far as we need it."""

    type: str
    parameters: RuleParameters | None = None

    @property
    def required_checks(self) -> tuple[RequiredCheck, ...]:
        """The checks that it requires, if it is of that type."""
        mine = self.type == "required_status_checks" and self.parameters is not None
        return self.parameters.required_status_checks if mine and self.parameters else ()


class AppInstallation(Struct):
    """An entry of `GET /orgs/{org}/installations`: any App that is installed there."""

    app_id: int
    app_slug: str
    repository_selection: str
    suspended_at: str | None = None


class RulesetEntry(Struct):
    """An entry of a list of rulesets; *source_type* may be `Enterprise`, which is nobody's here."""

    id: int
    name: str
    source_type: str = ""


class Condition(Struct):
    """What a ruleset selects branches or repositories by."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Conditions(Struct):
    """The conditions of a ruleset, as far as we must understand them."""

    ref_name: Condition | None = None
    repository_name: Condition | None = None


class Ruleset(Struct):
    """`GET /orgs/{org}/rulesets/{id}`; its parts are written back as they came."""

    id: int
    enforcement: str
    target: str = "branch"
    conditions: dict[str, Any] | None = None
    rules: tuple[dict[str, Any], ...] = ()
    bypass_actors: tuple[dict[str, Any], ...] | None = None


class BypassActor(Struct):
    """Who may bypass a ruleset, as far as it is shown."""

    actor_type: str
    actor_id: int | None = None


class SearchHit(Struct):
    """An entry of `GET /search/issues`."""

    number: int
    repository_url: str


class SearchHits(Struct):
    """`GET /search/issues`, a page of it."""

    items: tuple[SearchHit, ...]


class CheckRunCount(Struct):
    """How long a list of check runs is."""

    total_count: int


class HookDelivery(Struct):
    """An entry of `GET /app/hook/deliveries`: one attempt to hand over a delivery, by its GUID."""

    id: int
    guid: str
    delivered_at: datetime
    redelivery: bool
    status: str
    status_code: int
    event: str
    action: str | None = None

    @property
    def succeeded(self) -> bool:
        """It was handed over. GitHub's words say so to any code of success, as far as is known."""
        return self.status == "OK" or 200 <= self.status_code < 300


class HookRequest(Struct):
    """What a delivery said: an object, unless somebody has set the webhook up oddly."""

    payload: Any = None


class HookDeliveryInFull(Struct):
    """`GET /app/hook/deliveries/{delivery_id}`."""

    guid: str
    event: str
    request: HookRequest


class AccessToken(Struct):
    """`POST /app/installations/{id}/access_tokens`."""

    token: str
    expires_at: str


class User(Struct):
    """An account: `type` is `User`, `Bot`, `Organization` or `Mannequin`."""

    login: str
    type: str = "User"


class Repository(Struct):
    """A repository, or the base's inside a pull request."""

    full_name: str
    default_branch: str = ""
    archived: bool = False
    private: bool = True


class Repositories(Struct):
    """A page of `GET /installation/repositories`."""

    total_count: int
    repositories: tuple[Repository, ...]


class PullBase(Struct):
    """Where a pull request wants to go."""

    ref: str
    sha: str
    repo: Repository


class PullHead(Struct):
    """Where a pull request comes from; a deleted fork leaves no repository."""

    ref: str
    sha: str
    repo: Repository | None = None


class Label(Struct):
    """A label that is on a pull request."""

    name: str


class PullRequest(Struct):
    """`GET /repos/…/pulls/{number}`, and an entry of a list of them, which counts no comments."""

    number: int
    state: str
    title: str
    head: PullHead
    base: PullBase
    user: User | None = None
    body: str | None = None
    merged_at: str | None = None
    labels: tuple[Label, ...] = ()
    draft: bool = False
    updated_at: str = ""
    comments: int | None = None


class PullFile(Struct):
    """An entry of `GET /repos/…/pulls/{number}/files`; a renamed file has its former path, too."""

    filename: str
    previous_filename: str | None = None


class Oid(Struct):
    """Any Git object by its SHA."""

    sha: str


class Verification(Struct):
    """Whether GitHub vouches for a commit's signature."""

    verified: bool = False


class CommitBody(Struct):
    """The Git commit inside a REST commit."""

    tree: Oid
    message: str = ""
    verification: Verification | None = None

    @property
    def verified(self) -> bool:
        """Whether its signature is good."""
        return self.verification is not None and self.verification.verified


class Signer(Struct):
    """The account behind a commit's author or committer; GitHub may answer with an empty object."""

    login: str = ""
    type: str = "User"


class Commit(Struct):
    """A commit as `GET /repos/…/branches/{branch}` and comparisons show it."""

    sha: str
    commit: CommitBody
    author: Signer | None = None
    committer: Signer | None = None
    parents: tuple[Oid, ...] = ()


class Comparison(Struct):
    """`GET /repos/…/compare/{base}...{head}`."""

    status: str  # of the head: ahead, behind, identical or diverged
    merge_base_commit: Commit
    total_commits: int
    commits: tuple[Commit, ...]  # the first page of them


class GitCommit(Struct):
    """`GET /repos/…/git/commits/{sha}`."""

    tree: Oid


class Branch(Struct):
    """`GET /repos/…/branches/{branch}`."""

    name: str
    commit: Commit


class TreeEntry(Struct):
    """A file of a tree; `mode` tells links and submodules from files."""

    path: str
    mode: str
    type: str
    sha: str


class Tree(Struct):
    """`GET /repos/…/git/trees/{sha}?recursive=1`."""

    tree: tuple[TreeEntry, ...]
    truncated: bool


class CheckOutput(Struct):
    """What stands on a check run."""

    title: str | None = None
    summary: str | None = None


class CheckRun(Struct):
    """A check run, in lists and as the answer to a write."""

    id: int
    head_sha: str
    status: str
    output: CheckOutput
    conclusion: str | None = None
    external_id: str | None = None
    completed_at: str | None = None


class Comment(Struct):
    """`GET /repos/…/issues/comments/{id}`, and an entry of a list of them."""

    id: int
    user: User | None = None
    body: str | None = None
    node_id: str = ""


class Reaction(Struct):
    """`POST /repos/…/issues/comments/{id}/reactions`."""

    id: int


class Review(Struct):
    """`GET /repos/…/pulls/{number}/reviews`; a pending one was not submitted."""

    state: str
    user: User | None = None
    commit_id: str | None = None
    submitted_at: str | None = None


class Permission(Struct):
    """`GET /repos/…/collaborators/{login}/permission`: `role_name` may be a role of one's own."""

    permission: Literal["admin", "write", "read", "none"]
    role_name: str = ""


class Membership(Struct):
    """`GET /orgs/{org}/teams/{slug}/memberships/{login}`: `active`, or `pending` an invitation."""

    state: str
