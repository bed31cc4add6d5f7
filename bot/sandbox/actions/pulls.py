"""The life of a pull request: opened, edited, labelled, reviewed, closed, merged."""

from typing import Final

from bot.sandbox.actions import announce
from bot.sandbox.actions.merging import MergeBlocked, write_merge
from bot.sandbox.actions.push import close_pull, mark_merged, move_branch
from bot.sandbox.git.history import commits_between
from bot.sandbox.shapes.issues import label as label_shape
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.records import (
    Issue,
    JsonObject,
    Label,
    LabelEvent,
    MergeMethod,
    Pull,
    Repo,
    Review,
    ReviewState,
)
from bot.sandbox.state.rules import merge_state
from bot.sandbox.state.world import World

_LONG_AGO: Final = 1_000_000_000.0


def open_issue(world: World, repo: Repo, title: str, body: str | None, author: Account) -> Issue:
    """Open an issue; the Apps of this sandbox do not listen to `issues`."""
    now = world.clock()
    issue = Issue(
        id=world.next_id("issue"),
        number=len(repo.issues) + 1,
        author=author,
        title=title,
        body=body,
        created_at=now,
        updated_at=now,
    )
    repo.issues[issue.number] = issue
    return issue


def open_pull(
    world: World,
    repo: Repo,
    *,
    head_repo: Repo,
    head_ref: str,
    base_ref: str,
    title: str,
    body: str | None,
    author: Account,
    draft: bool,
) -> Pull:
    """Open a pull request between two branches that exist."""
    head_sha, base_sha = head_repo.branch(head_ref), repo.branch(base_ref)
    if head_sha is None or base_sha is None:
        raise LookupError(f"no branch {head_ref if head_sha is None else base_ref}")
    now = world.clock()
    pull = Pull(
        id=world.next_id("pull"),
        number=len(repo.issues) + 1,
        author=author,
        title=title,
        body=body,
        created_at=now,
        updated_at=now,
        head_repo=head_repo,
        head_ref=head_ref,
        head_sha=head_sha,
        base_ref=base_ref,
        base_sha=base_sha,
        draft=draft,
    )
    repo.issues[pull.number] = pull
    repo.refs[f"refs/pull/{pull.number}/head"] = head_sha
    announce.pull_request(world, repo, pull, "opened", author)
    return pull


def edit_pull(
    world: World,
    repo: Repo,
    pull: Pull,
    by: Account,
    *,
    title: str | None = None,
    body: str | None = None,
    base: str | None = None,
) -> None:
    """Change title, body or base branch; nothing is announced where nothing changes."""
    changes: JsonObject = {}
    if title is not None and title != pull.title:
        changes["title"] = {"from": pull.title}
        pull.title = title
    if body is not None and body != pull.body:
        changes["body"] = {"from": pull.body or ""}
        pull.body = body
    if base is not None and base != pull.base_ref:
        tip = repo.branch(base)
        if tip is None:
            raise LookupError(f"no branch {base}")
        changes["base"] = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
        pull.base_ref, pull.base_sha = base, tip
    if changes:
        pull.updated_at = world.clock()
        announce.pull_request(world, repo, pull, "edited", by, {"changes": changes})


def reopen_pull(world: World, repo: Repo, pull: Pull, by: Account) -> None:
    """Open a closed pull request again; what was pushed to its head meanwhile comes with it."""
    if pull.state == "open" or pull.merged_at is not None:
        raise ValueError("only a closed pull request that was not merged can be reopened")
    pull.closed_at = None
    pull.updated_at = world.clock()
    pull.head_sha = pull.head_repo.branch(pull.head_ref) or pull.head_sha
    repo.refs[f"refs/pull/{pull.number}/head"] = pull.head_sha
    announce.pull_request(world, repo, pull, "reopened", by)


def set_draft(world: World, repo: Repo, pull: Pull, by: Account, *, draft: bool) -> None:
    """Mark a pull request as a draft, or as ready for review."""
    if draft != pull.draft:
        pull.draft = draft
        pull.updated_at = world.clock()
        action = "converted_to_draft" if draft else "ready_for_review"
        announce.pull_request(world, repo, pull, action, by)


def add_label(world: World, repo: Repo, issue: Issue, name: str, by: Account) -> None:
    """Put a label on an issue or a pull request.

    One that the repository lacks is taken to have been there all along: who uses a label has
    seldom made it that second.
    """
    label = repo.labels.setdefault(name, Label(world.next_id("label"), name, _LONG_AGO))
    if label not in issue.labels:
        issue.labels.append(label)
        _record_label(world, repo, issue, label, by, added=True)


def remove_label(world: World, repo: Repo, issue: Issue, name: str, by: Account) -> None:
    """Take a label off; raises LookupError where it is not on."""
    label = next((label for label in issue.labels if label.name == name), None)
    if label is None:
        raise LookupError(f"no label {name}")
    issue.labels.remove(label)
    _record_label(world, repo, issue, label, by, added=False)


def rename_label(world: World, repo: Repo, name: str, new_name: str) -> None:
    """Call a label something else, on everything that it is on; raises LookupError for no label.

    The Apps of this sandbox do not listen to `label`.
    """
    if name not in repo.labels or new_name in repo.labels:
        raise LookupError(f"no label {name}, or one {new_name} already")
    label = repo.labels[new_name] = repo.labels.pop(name)
    label.name, label.updated_at = new_name, world.clock()


def _record_label(
    world: World, repo: Repo, issue: Issue, label: Label, by: Account, *, added: bool
) -> None:
    issue.updated_at = world.clock()
    event = LabelEvent(world.next_id("event"), added, by, label, issue.updated_at)
    issue.label_events.append(event)
    if isinstance(issue, Pull):
        action = "labeled" if added else "unlabeled"
        extra = {"label": label_shape(world, repo, label)}
        announce.pull_request(world, repo, issue, action, by, extra)


def submit_review(
    world: World, repo: Repo, pull: Pull, by: Account, state: ReviewState, body: str
) -> Review:
    """Review the present head; raises ValueError for a judgement of one's own pull request."""
    if by is pull.author and state != "COMMENTED":
        wanted = "approve" if state == "APPROVED" else "request changes on"
        raise ValueError(f"Can not {wanted} your own pull request")
    review = Review(world.next_id("review"), by, state, body, pull.head_sha, world.clock())
    pull.reviews.append(review)
    pull.updated_at = review.submitted_at
    announce.review(world, repo, pull, review, "submitted", by)
    return review


def edit_review(
    world: World, repo: Repo, pull: Pull, review: Review, body: str, by: Account
) -> None:
    """Change a review's text; its judgement stays."""
    changes = {"changes": {"body": {"from": review.body}}}
    review.body, pull.updated_at = body, world.clock()
    announce.review(world, repo, pull, review, "edited", by, changes)


def dismiss_review(world: World, repo: Repo, pull: Pull, review: Review, by: Account) -> None:
    """Dismiss a review: it stays, and no longer counts; raises ValueError for a mere comment."""
    if review.state == "COMMENTED":
        raise ValueError("Can not dismiss a commented pull request review")
    review.state, pull.updated_at = "DISMISSED", world.clock()
    announce.review(world, repo, pull, review, "dismissed", by)


def merge_pull(
    world: World, repo: Repo, pull: Pull, by: Account, method: MergeMethod, *, admin: bool
) -> str:
    """Merge, unless rules stand against it that the person may not bypass; return the new tip.

    Raises MergeBlocked.
    """
    state = merge_state(world, repo, pull)
    bypassed = admin and state.state in ("blocked", "behind")
    if not state.clean and not bypassed:
        raise MergeBlocked(state.reasons or (f"Pull request is {state.state}",))
    tip = repo.refs[f"refs/heads/{pull.base_ref}"]
    merged = write_merge(world, repo, tip, pull, method, by)
    landed = commits_between(repo.store, tip, merged)
    mark_merged(world, repo, pull, merged, by, landed=landed)
    move_branch(world, repo, pull.base_ref, merged, by)
    return merged


def close(world: World, repo: Repo, pull: Pull, by: Account) -> None:
    """Close a pull request that is open."""
    if pull.state == "open":
        close_pull(world, repo, pull, by)
