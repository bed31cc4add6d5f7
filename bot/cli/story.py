"""The demo's story: a plan, its code, and the gate between them. It believes only what it sees."""

import asyncio
from collections.abc import Callable
from importlib import resources

from bot.sandbox import Sandbox
from bot.sandbox.actions.merging import MergeBlocked
from bot.sandbox.pull_request import PullRequest
from bot.sandbox.repository import Repository
from bot.sandbox.state.accounts import App
from bot.sandbox.state.checks import CheckRun

PATIENCE = 30.0  # seconds for each thing that is waited for

PLAN = resources.files("bot.cli").joinpath("demo-plan.md").read_text(encoding="utf-8")

MISTAKEN = (
    PLAN.replace("| shop | 1 |", "| shop | 1, 9 |")
    .replace("M — one service and one endpoint", "Medium")
    .replace("**Team / Ticket**: payments / PAY-1\n", "")
)
APPROVED = PLAN.replace("**Status**: Draft", "**Status**: Approved (reviewed by Bob)")


class StoryFailed(Exception):
    """A step did not show at GitHub's side in time."""


class Story:
    """Plays people and the merge queue in one repository, and watches what the bot makes of it."""

    def __init__(self, sandbox: Sandbox, app: App) -> None:
        self._shop: Repository = sandbox.create_repository("acme/shop", {"README.md": "# Shop\n"})
        self._shop.require_check("main", "Plan gate", app)
        for login in ("alice", "bob", "carol"):
            self._shop.grant(login, "write")
        sandbox.install(app, "acme")
        self._step = 0

    async def tell(self) -> None:
        """Play it from the first mistake to the merge; raises `StoryFailed`."""
        await self._plan_with_mistakes()
        code = await self._code_is_blocked()
        await self._approval_frees(code)
        await self._merge_queue(code)

    async def _plan_with_mistakes(self) -> None:
        path = "plans/FEAT-12.md"
        await self._shop.commit("plan", {path: MISTAKEN}, from_="main", author="alice")
        plan = await self._shop.open_pull_request(
            "plan", title="Plan the one-page checkout", author="alice"
        )
        self._say("Alice opens a plan, with mistakes in it", plan)
        run = await self._see(plan, "failure", "FEAT-12: 1 error")
        for found in run.annotations:
            print(f"       line {found.start_line:>2}  {found.annotation_level}: {found.message}")
        self._expect(len(run.annotations) == 4, "four findings on their lines")

        self._say("She mends them; the plan is merged, still a Draft", plan)
        await self._shop.commit("plan", {path: PLAN}, "Mend the plan", author="alice")
        await self._see(plan, "success", "FEAT-12 is valid")
        await plan.merge(by="bob")

    async def _code_is_blocked(self) -> PullRequest:
        files = {"src/checkout.py": "def checkout() -> None: ...\n"}
        await self._shop.commit("checkout", files, from_="main", author="alice")
        code = await self._shop.open_pull_request(
            "checkout", title="Add the checkout", body="Plan: FEAT-12", author="alice"
        )
        self._say("She opens the code: its plan is not approved, so merging is blocked", code)
        await self._see(code, "failure", "FEAT-12 is Draft: merging is blocked")
        await self._until(lambda: len(code.comments) == 1, "the one comment")
        try:
            await code.merge(by="alice")
        except MergeBlocked as refusal:
            print(f"       GitHub refuses to merge: {refusal}")
        self._expect(not code.merged, "the merge is refused")
        return code

    async def _approval_frees(self, code: PullRequest) -> None:
        await self._shop.commit(
            "approve", {"plans/FEAT-12.md": APPROVED}, from_="main", author="bob"
        )
        approval = await self._shop.open_pull_request(
            "approve", title="Approve FEAT-12", author="bob"
        )
        self._say("Bob sets the plan Approved: alone he cannot", approval)
        await self._see(
            approval, "failure", "FEAT-12: approval needs a review by someone other than the author"
        )
        self._say("Carol has read it and approves; it is merged", approval)
        await approval.review("carol")
        await self._see(approval, "success", "FEAT-12 is valid")
        await approval.merge(by="alice")

        self._say("The code is free: nobody pushed, nobody asked", code)
        await self._see(code, "success", "FEAT-12 is Approved")
        await self._until(lambda: "✅" in code.comments[0].body, "the comment brought up to date")
        self._expect(code.merge_state().state == "clean", "GitHub lets it merge")

    async def _merge_queue(self, code: PullRequest) -> None:
        group = await self._shop.enqueue(code)
        self._say("It goes through the merge queue, where its group is judged once more", code)
        await self._until(lambda: code.merged, "the merge")
        runs = self._shop.check_runs(group.head_sha, "Plan gate")
        self._expect(bool(runs), "a check on the group's own head")
        self._show(runs[0])

    async def _see(self, pull: PullRequest, conclusion: str, title: str) -> CheckRun:
        """Wait for the check run that decides, and show it."""

        def stands() -> bool:
            runs = pull.check_runs("Plan gate")
            return bool(runs) and (runs[0].conclusion, runs[0].title) == (conclusion, title)

        await self._until(stands, f"the check run “{title}”")
        run = pull.check_runs("Plan gate")[0]
        self._show(run)
        return run

    async def _until(self, holds: Callable[[], bool], what: str) -> None:
        for _ in range(int(PATIENCE / 0.02)):
            if holds():
                return
            await asyncio.sleep(0.02)
        raise StoryFailed(f"{what} did not come within {PATIENCE:.0f} s")

    def _expect(self, holds: bool, what: str) -> None:
        if not holds:
            raise StoryFailed(f"missing: {what}")

    def _say(self, what: str, pull: PullRequest) -> None:
        self._step += 1
        print(f"\n{self._step}. {what}\n     #{pull.number} {pull.url}", flush=True)

    def _show(self, run: CheckRun) -> None:
        mark = "✓" if run.conclusion == "success" else "✗"
        print(f"     {mark} {run.name}: {run.title}", flush=True)
