"""A repository in the hands of a test or a demo: what one sees, and what people do in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from bot.sandbox.actions import checks, comments, pulls, push, queue, repositories
from bot.sandbox.actions.checks import OutputFields, RunFields
from bot.sandbox.git.objects import Content, Signature
from bot.sandbox.pull_request import PullRequest
from bot.sandbox.state.accounts import App
from bot.sandbox.state.checks import Action, Annotation, CheckRun, Conclusion
from bot.sandbox.state.records import (
    Comment,
    Issue,
    JsonObject,
    MergeGroup,
    MergeMethod,
    Repo,
    Role,
    Ruleset,
)
from bot.sandbox.state.world import World


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository, as the people who work in it use it."""

    world: World
    record: Repo

    @property
    def full_name(self) -> str:
        """The name with its owner."""
        return self.record.full_name

    @property
    def id(self) -> int:
        """The id, which outlives the name."""
        return self.record.id

    @property
    def default_branch(self) -> str:
        """The branch that pull requests target unless they say otherwise."""
        return self.record.default_branch

    @property
    def pulls(self) -> list[PullRequest]:
        """Every pull request, oldest first."""
        return [PullRequest(self.world, self.record, pull) for pull in self.record.pulls()]

    def head(self, branch: str) -> str:
        """Return the commit that a branch points at."""
        sha = self.record.branch(branch)
        if sha is None:
            raise LookupError(f"{self.full_name} has no branch {branch}")
        return sha

    def read(self, path: str, ref: str | None = None) -> str | None:
        """Return a file's text at a ref, or None where there is no such file."""
        commit = self.record.commit(ref or self.default_branch)
        entry = None if commit is None else self.record.store.find(commit.tree, path)
        return None if entry is None else self.record.store.blobs[entry.sha].decode()

    def check_runs(self, sha: str, name: str | None = None) -> list[CheckRun]:
        """Return every check run on a commit, latest first."""
        return self.record.runs_on(sha, name)

    def grant(self, login: str, role: Role) -> None:
        """Make somebody a collaborator, or change their role."""
        self.record.roles[self.world.account(login).login.lower()] = role

    def require_check(self, branch: str, name: str, app: App | None = None) -> None:
        """Require a check on a branch by a ruleset, pinned to an App where one is given."""
        check = {"context": name} | ({} if app is None else {"integration_id": app.id})
        parameters = {
            "required_status_checks": [check],
            "strict_required_status_checks_policy": False,
        }
        rule = {"type": "required_status_checks", "parameters": parameters}
        self._add_rule(branch, f"Require {name}", rule)

    def require_merge_queue(self, branch: str) -> None:
        """Let a branch be merged to by its queue alone, as a ruleset says it."""
        parameters = {
            "check_response_timeout_minutes": 60,
            "grouping_strategy": "ALLGREEN",
            "max_entries_to_build": 5,
            "max_entries_to_merge": 5,
            "merge_method": "MERGE",
            "min_entries_to_merge": 1,
            "min_entries_to_merge_wait_minutes": 5,
        }
        rule = {"type": "merge_queue", "parameters": parameters}
        self._add_rule(branch, "Merge by queue", rule)

    def require_nothing(self) -> None:
        """Delete the repository's rulesets."""
        self.record.rulesets.clear()

    def _add_rule(self, branch: str, name: str, rule: JsonObject) -> None:
        conditions = {"ref_name": {"include": [f"refs/heads/{branch}"], "exclude": []}}
        number, now = self.world.next_id("ruleset"), self.world.clock()
        self.record.rulesets.append(Ruleset(number, name, "active", [rule], conditions, now))

    async def commit(
        self,
        branch: str,
        files: Mapping[str, Content | None],
        message: str = "Change files",
        author: str = "alice",
        *,
        from_: str | None = None,
        forged_by: str | None = None,
    ) -> str:
        """Push a commit and return its SHA; None deletes a file, `from_` starts a new branch.

        The author is a login, or somebody without an account: `Jane Doe <jane@example.org>`.
        `forged_by` is who pushes it with the author's name on it, which nobody signs.
        """
        parent = self.record.branch(branch)
        if parent is None:
            parent = self.head(branch if from_ is None else from_)
        signature = self._signature(author)
        sha = push.write_commit(self.record, parent, files, message, signature)
        if forged_by is not None:
            self.world.unsigned.add(sha)
        stranger = self.world.signer(signature) is None
        await self.push(branch, sha, by=forged_by or ("alice" if stranger else author))
        return sha

    async def push(self, branch: str, sha: str, by: str = "alice") -> None:
        """Point a branch at a commit that exists: forward, or by force."""
        push.move_branch(self.world, self.record, branch, sha, self.world.account(by))
        queue.advance(self.world, self.record)

    async def create_branch(self, name: str, from_: str | None = None, by: str = "alice") -> None:
        """Push a new branch."""
        await self.push(name, self.head(from_ or self.default_branch), by=by)

    async def delete_branch(self, name: str, by: str = "alice") -> None:
        """Delete a branch."""
        push.delete_branch(self.world, self.record, name, self.world.account(by))

    async def open_pull_request(
        self,
        head: str,
        base: str | None = None,
        *,
        title: str,
        body: str | None = None,
        author: str = "alice",
        draft: bool = False,
    ) -> PullRequest:
        """Open a pull request from a branch here, or from a fork's: `owner:branch`."""
        owner, _, branch = head.rpartition(":")
        source = self.world.repo(f"{owner}/{self.record.name}") if owner else self.record
        if source is None:
            raise LookupError(f"{owner} has no fork of {self.full_name}")
        record = pulls.open_pull(
            self.world,
            self.record,
            head_repo=source,
            head_ref=branch,
            base_ref=base or self.default_branch,
            title=title,
            body=body,
            author=self.world.account(author),
            draft=draft,
        )
        return PullRequest(self.world, self.record, record)

    async def open_issue(self, title: str, body: str = "", author: str = "alice") -> Issue:
        """Open an issue."""
        who = self.world.account(author)
        return pulls.open_issue(self.world, self.record, title, body, who)

    async def comment(self, issue: Issue, text: str, author: str = "alice") -> Comment:
        """Comment on an issue."""
        who = self.world.account(author)
        return comments.add_comment(self.world, self.record, issue, text, who)

    async def create_check_run(
        self,
        app: App,
        sha: str,
        name: str,
        conclusion: Conclusion | None = None,
        title: str = "",
        summary: str = "",
        annotations: Sequence[Annotation] = (),
        actions: Sequence[Action] = (),
    ) -> CheckRun:
        """Create a check run as another App would, without its token."""
        output = OutputFields(title=title, summary=summary, annotations=list(annotations))
        fields = RunFields(
            conclusion=msgspec.UNSET if conclusion is None else conclusion,
            output=output,
            actions=list(actions),
        )
        return checks.create_run(self.world, self.record, app, sha, name, fields)

    async def enqueue(
        self,
        *pulls: PullRequest,
        by: str = "alice",
        method: MergeMethod = "merge",
        admin: bool = False,
    ) -> MergeGroup:
        """Put pull requests into the merge queue as one group; raises MergeBlocked."""
        records = [pull.record for pull in pulls]
        who = self.world.account(by)
        return queue.enqueue(self.world, self.record, records, who, method, admin=admin)

    async def dequeue(self, group: MergeGroup) -> None:
        """Take a group out of the merge queue."""
        queue.dequeue(self.world, self.record, group)

    async def rename(self, name: str, by: str = "alice") -> None:
        """Rename the repository; its old name leads to it."""
        repositories.rename(self.world, self.record, name, self.world.account(by))

    async def transfer(self, owner: str, by: str = "alice") -> None:
        """Give the repository to another owner; its old name leads to it."""
        who = self.world.account(by)
        repositories.transfer(self.world, self.record, self.world.owner(owner), who)

    async def set_default_branch(self, name: str, by: str = "alice") -> None:
        """Make another branch the default one."""
        repositories.set_default_branch(self.world, self.record, name, self.world.account(by))

    async def rename_branch(self, name: str, new_name: str, by: str = "alice") -> None:
        """Rename a branch: the pull requests against it follow."""
        who = self.world.account(by)
        repositories.rename_branch(self.world, self.record, name, new_name, who)

    async def rename_label(self, name: str, new_name: str) -> None:
        """Rename a label, which stays on everything that it is on."""
        pulls.rename_label(self.world, self.record, name, new_name)

    async def archive(self, by: str = "alice") -> None:
        """Archive the repository: it can be read, and no longer written."""
        repositories.archive(self.world, self.record, self.world.account(by))

    async def delete(self, by: str = "alice") -> None:
        """Delete the repository."""
        repositories.delete(self.world, self.record, self.world.account(by))

    def fork(self, owner: str) -> "Repository":
        """Fork into somebody's account: the same objects, and the refs as they are now."""
        record = repositories.fork(self.world, self.record, self.world.account(owner))
        return Repository(self.world, record)

    def _signature(self, author: str) -> Signature:
        stranger = re.fullmatch(r"(.+) <(.+)>", author)
        if stranger is None:
            return self.world.signature(self.world.account(author))
        return Signature(stranger[1], stranger[2], int(self.world.clock()))
