"""Comments on issues and pull requests, and the reactions under them."""

from bot.sandbox.actions import announce
from bot.sandbox.state.accounts import Account, App
from bot.sandbox.state.records import Comment, Issue, Reaction, Repo
from bot.sandbox.state.world import World


def add_comment(
    world: World, repo: Repo, issue: Issue, body: str, author: Account, app: App | None = None
) -> Comment:
    """Write a comment; `app` where it comes over the API from an App."""
    now = world.clock()
    comment = Comment(world.next_id("comment"), author, body, now, now, app)
    issue.comments.append(comment)
    issue.updated_at = now
    announce.comment(world, repo, issue, comment, "created", author)
    return comment


def edit_comment(
    world: World, repo: Repo, issue: Issue, comment: Comment, body: str, by: Account
) -> None:
    """Change a comment's text."""
    changes = {"body": {"from": comment.body}}
    comment.body = body
    comment.editor = by
    comment.edited_at = comment.updated_at = world.clock()
    announce.comment(world, repo, issue, comment, "edited", by, {"changes": changes})


def delete_comment(world: World, repo: Repo, issue: Issue, comment: Comment, by: Account) -> None:
    """Take a comment away."""
    issue.comments.remove(comment)
    announce.comment(world, repo, issue, comment, "deleted", by)


def find_comment(repo: Repo, comment_id: int) -> tuple[Issue, Comment] | None:
    """Return a comment by its id, with what it stands on."""
    for issue in repo.issues.values():
        for comment in issue.comments:
            if comment.id == comment_id:
                return issue, comment
    return None


def react(world: World, comment: Comment, content: str, by: Account) -> tuple[Reaction, bool]:
    """React once to a comment; the flag tells whether the reaction is new."""
    for reaction in comment.reactions:
        if reaction.user is by and reaction.content == content:
            return reaction, False
    reaction = Reaction(world.next_id("reaction"), by, content, world.clock())
    comment.reactions.append(reaction)
    return reaction, True
