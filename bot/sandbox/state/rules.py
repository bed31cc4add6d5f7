"""Whether a pull request may merge: the rules of a branch, and what stands against them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

from bot.sandbox.git.history import is_ancestor, merge_base
from bot.sandbox.git.merge import merge_trees
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.records import JsonObject, Pull, Repo, Ruleset
from bot.sandbox.state.world import World

State = Literal["clean", "blocked", "dirty", "draft", "behind", "merged", "closed"]

# https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
SATISFYING: Final = frozenset({"success", "neutral", "skipped"})


@dataclass(frozen=True, slots=True)
class RequiredCheck:
    """A check that must pass, from any App or only from the one that it is pinned to."""

    name: str
    app_id: int | None


@dataclass(frozen=True, slots=True)
class Unmet:
    """A required check that does not let a commit pass: failed for good, or still to come."""

    reason: str
    failed: bool


@dataclass(frozen=True, slots=True)
class MergeState:
    """The merge box: may it merge, and if not, why not."""

    state: State
    reasons: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing stands in the way."""
        return self.state == "clean"


def rules_for(world: World, repo: Repo, branch: str) -> Iterator[tuple[Ruleset, JsonObject]]:
    """Yield every active rule of a branch with its ruleset, the repository's own first."""
    for ruleset in [*repo.rulesets, *world.rulesets[repo.owner.login.lower()]]:
        active = ruleset.enforcement == "active" and ruleset.target == "branch"
        if active and _applies(ruleset, repo, branch):
            for rule in ruleset.rules:
                yield ruleset, rule


def required_checks(world: World, repo: Repo, branch: str) -> list[RequiredCheck]:
    """Return the checks that a branch requires."""
    return [
        RequiredCheck(check["context"], check.get("integration_id"))
        for _, rule in rules_for(world, repo, branch)
        if rule["type"] == "required_status_checks"
        for check in rule.get("parameters", {}).get("required_status_checks", [])
    ]


def latest_runs(repo: Repo, sha: str) -> list[CheckRun]:
    """Return the newest run of each App and name on a commit, newest first."""
    newest = {(run.app_id, run.name): run for run in repo.runs if run.head_sha == sha}
    return sorted(newest.values(), key=lambda run: run.id, reverse=True)


def unmet_checks(world: World, repo: Repo, branch: str, sha: str) -> list[Unmet]:
    """Return what a commit still lacks of the checks that a branch requires."""
    unmet = []
    for check in required_checks(world, repo, branch):
        run = next(
            (
                run
                for run in latest_runs(repo, sha)
                if run.name == check.name and check.app_id in (None, run.app_id)
            ),
            None,
        )
        if run is None:
            unmet.append(Unmet(f"Required check “{check.name}” is expected", failed=False))
        elif run.status != "completed":
            unmet.append(Unmet(f"Required check “{check.name}” has not completed", failed=False))
        elif run.conclusion not in SATISFYING:
            ended = f"Required check “{check.name}” ended in {run.conclusion}"
            unmet.append(Unmet(ended, failed=True))
    return unmet


def merged_tree(repo: Repo, base: str, head: str) -> str | None:
    """Return the tree that merging two commits gives, or None when they conflict."""
    store = repo.store
    ancestor = merge_base(store, base, head)
    start = store.empty_tree if ancestor is None else store.commits[ancestor].tree
    return merge_trees(store, start, store.commits[base].tree, store.commits[head].tree)


def merge_state(world: World, repo: Repo, pull: Pull) -> MergeState:
    """Compute what the merge box of a pull request shows."""
    if pull.merged_at is not None:
        return MergeState("merged")
    if pull.state == "closed":
        return MergeState("closed")
    tip = repo.branch(pull.base_ref)
    if tip is None or merged_tree(repo, tip, pull.head_sha) is None:
        return MergeState("dirty", ("This branch has conflicts that must be resolved",))
    if pull.draft:
        return MergeState("draft", ("This pull request is still a work in progress",))
    unmet = unmet_checks(world, repo, pull.base_ref, pull.head_sha)
    if unmet:
        return MergeState("blocked", tuple(check.reason for check in unmet))
    if _strict(world, repo, pull.base_ref) and not is_ancestor(repo.store, tip, pull.head_sha):
        return MergeState("behind", ("This branch is out-of-date with the base branch",))
    return MergeState("clean")


def _strict(world: World, repo: Repo, branch: str) -> bool:
    return any(
        rule.get("parameters", {}).get("strict_required_status_checks_policy")
        for _, rule in rules_for(world, repo, branch)
        if rule["type"] == "required_status_checks"
    )


def _applies(ruleset: Ruleset, repo: Repo, branch: str) -> bool:
    if not _selects(ruleset.conditions, repo):
        return False
    refs = ruleset.conditions.get("ref_name", {"include": ["~ALL"]})
    specials = ["~ALL"] + ["~DEFAULT_BRANCH"] * (branch == repo.default_branch)
    return _included(refs, f"refs/heads/{branch}", *specials)


def _selects(conditions: JsonObject, repo: Repo) -> bool:
    """Tell whether a repository is meant; by properties none is, as none has any here."""
    if "repository_id" in conditions:
        return repo.id in conditions["repository_id"].get("repository_ids", [])
    if "repository_property" in conditions:
        return False
    return _included(conditions.get("repository_name", {"include": ["~ALL"]}), repo.name, "~ALL")


def _included(condition: JsonObject, name: str, *specials: str) -> bool:
    def matches(pattern: str) -> bool:
        return pattern in specials or fnmatchcase(name, pattern)

    included = any(matches(pattern) for pattern in condition.get("include", []))
    return included and not any(matches(pattern) for pattern in condition.get("exclude", []))
