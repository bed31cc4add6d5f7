"""A pull request in the hands of a test or a demo: what one sees, and what people do with it."""

from dataclasses import dataclass

from bot.sandbox.actions import comments, pulls, queue
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.records import Comment, MergeMethod, Pull, Repo, Review, ReviewState
from bot.sandbox.state.rules import MergeState, merge_state
from bot.sandbox.state.world import World


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request, as the people who work on it use it."""

    world: World
    repo: Repo
    record: Pull

    @property
    def number(self) -> int:
        """The number in its repository."""
        return self.record.number

    @property
    def title(self) -> str:
        """The present title."""
        return self.record.title

    @property
    def head_sha(self) -> str:
        """The present head."""
        return self.record.head_sha

    @property
    def merged(self) -> bool:
        """Whether it was merged."""
        return self.record.merged_at is not None

    @property
    def state(self) -> str:
        """Open or closed."""
        return self.record.state

    @property
    def labels(self) -> list[str]:
        """The names of the labels that are on it."""
        return [label.name for label in self.record.labels]

    @property
    def comments(self) -> list[Comment]:
        """The comments, oldest first."""
        return list(self.record.comments)

    @property
    def url(self) -> str:
        """The page of the pull request."""
        return f"{self.world.url}/{self.repo.full_name}/pull/{self.number}"

    def check_runs(self, name: str | None = None) -> list[CheckRun]:
        """Return every check run on the present head, latest first."""
        return self.repo.runs_on(self.head_sha, name)

    def merge_state(self) -> MergeState:
        """Return what the merge box shows."""
        return merge_state(self.world, self.repo, self.record)

    async def edit(
        self,
        *,
        title: str | None = None,
        body: str | None = None,
        base: str | None = None,
        by: str | None = None,
    ) -> None:
        """Change title, description or base branch."""
        pulls.edit_pull(
            self.world, self.repo, self.record, self._who(by), title=title, body=body, base=base
        )

    async def close(self, by: str | None = None) -> None:
        """Close without merging."""
        pulls.close(self.world, self.repo, self.record, self._who(by))
        queue.advance(self.world, self.repo)

    async def reopen(self, by: str | None = None) -> None:
        """Open again."""
        pulls.reopen_pull(self.world, self.repo, self.record, self._who(by))

    async def ready(self, by: str | None = None) -> None:
        """Mark as ready for review."""
        pulls.set_draft(self.world, self.repo, self.record, self._who(by), draft=False)

    async def convert_to_draft(self, by: str | None = None) -> None:
        """Make a draft of it."""
        pulls.set_draft(self.world, self.repo, self.record, self._who(by), draft=True)

    async def add_label(self, name: str, by: str | None = None) -> None:
        """Put a label on."""
        pulls.add_label(self.world, self.repo, self.record, name, self._who(by))

    async def remove_label(self, name: str, by: str | None = None) -> None:
        """Take a label off."""
        pulls.remove_label(self.world, self.repo, self.record, name, self._who(by))

    async def comment(self, text: str, author: str | None = None) -> Comment:
        """Write a comment."""
        who = self._who(author)
        return comments.add_comment(self.world, self.repo, self.record, text, who)

    async def edit_comment(self, comment: Comment, text: str, by: str | None = None) -> None:
        """Change a comment, one's own or somebody else's."""
        who = comment.author if by is None else self._who(by)
        comments.edit_comment(self.world, self.repo, self.record, comment, text, who)

    async def delete_comment(self, comment: Comment, by: str | None = None) -> None:
        """Delete a comment."""
        who = comment.author if by is None else self._who(by)
        comments.delete_comment(self.world, self.repo, self.record, comment, who)

    async def review(self, by: str, state: ReviewState = "APPROVED", body: str = "") -> Review:
        """Review the present head."""
        who = self.world.account(by)
        return pulls.submit_review(self.world, self.repo, self.record, who, state, body)

    async def edit_review(self, review: Review, body: str, by: str | None = None) -> None:
        """Change a review's text."""
        who = review.author if by is None else self._who(by)
        pulls.edit_review(self.world, self.repo, self.record, review, body, who)

    async def dismiss_review(self, review: Review, by: str | None = None) -> None:
        """Dismiss a review."""
        pulls.dismiss_review(self.world, self.repo, self.record, review, self._who(by))

    async def merge(self, by: str, method: MergeMethod = "merge", *, admin: bool = False) -> str:
        """Merge and return the new tip of the base; raises MergeBlocked as the merge box would."""
        who = self.world.account(by)
        tip = pulls.merge_pull(self.world, self.repo, self.record, who, method, admin=admin)
        queue.advance(self.world, self.repo)
        return tip

    def _who(self, login: str | None) -> Account:
        return self.record.author if login is None else self.world.account(login)
