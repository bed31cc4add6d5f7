"""When a pull request may merge, what a merge makes, and how the queue works."""

import pytest

from bot.sandbox import CheckRun, MergeBlocked, PullRequest
from bot.sandbox.state.checks import Conclusion
from bot.sandbox.state.records import MergeMethod
from tests.sandbox.stage import Stage

GATE = "Plan gate"


async def pull_request(stage: Stage, branch: str = "feat") -> PullRequest:
    files = {f"src/{branch}.py": f"{branch}\n"}
    await stage.shop.commit(branch, files, message=f"Add {branch}", from_="main")
    return await stage.shop.open_pull_request(branch, title=f"Add {branch}")


async def conclude(stage: Stage, sha: str, conclusion: Conclusion | None) -> CheckRun:
    return await stage.shop.create_check_run(stage.app, sha, GATE, conclusion, "T", "S")


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        ("success", "clean"),
        ("neutral", "clean"),
        ("skipped", "clean"),
        ("failure", "blocked"),
        ("cancelled", "blocked"),
        ("timed_out", "blocked"),
        ("action_required", "blocked"),
        (None, "blocked"),
    ],
)
async def test_a_conclusion_opens_or_blocks(
    stage: Stage, conclusion: Conclusion | None, state: str
) -> None:
    stage.shop.require_check("main", GATE, stage.app)
    pull = await pull_request(stage)
    await conclude(stage, pull.head_sha, conclusion)
    assert pull.merge_state().state == state


async def test_without_rules_nothing_blocks(stage: Stage) -> None:
    pull = await pull_request(stage)
    assert pull.merge_state().clean


async def test_a_check_that_never_came_blocks(stage: Stage) -> None:
    stage.shop.require_check("main", GATE)
    pull = await pull_request(stage)
    assert pull.merge_state().reasons == ("Required check “Plan gate” is expected",)
    with pytest.raises(MergeBlocked, match="expected"):
        await pull.merge(by="bob")


async def test_a_green_of_an_older_head_does_not_count(stage: Stage) -> None:
    stage.shop.require_check("main", GATE, stage.app)
    pull = await pull_request(stage)
    await conclude(stage, pull.head_sha, "success")
    await stage.shop.commit("feat", {"more": "x"})
    assert pull.merge_state().state == "blocked"


async def test_the_newest_run_of_a_name_decides(stage: Stage) -> None:
    stage.shop.require_check("main", GATE, stage.app)
    pull = await pull_request(stage)
    await conclude(stage, pull.head_sha, "success")
    await conclude(stage, pull.head_sha, "failure")
    assert pull.merge_state().state == "blocked"
    await conclude(stage, pull.head_sha, None)
    assert pull.merge_state().reasons == ("Required check “Plan gate” has not completed",)
    await conclude(stage, pull.head_sha, "success")
    assert pull.merge_state().clean
    assert [run.conclusion for run in pull.check_runs(GATE)] == [
        "success",
        None,
        "failure",
        "success",
    ]


async def test_a_pinned_check_cannot_be_forged(stage: Stage) -> None:
    other = stage.sandbox.register_app("other", permissions={"checks": "write"}, events=[])
    pull = await pull_request(stage)
    stage.shop.require_check("main", GATE, stage.app)
    await stage.shop.create_check_run(other, pull.head_sha, GATE, "success")
    assert pull.merge_state().state == "blocked"


async def test_a_check_that_is_not_pinned_can_be(stage: Stage) -> None:
    other = stage.sandbox.register_app("other", permissions={"checks": "write"}, events=[])
    pull = await pull_request(stage)
    stage.shop.require_check("main", GATE)
    await conclude(stage, pull.head_sha, "failure")
    await stage.shop.create_check_run(other, pull.head_sha, GATE, "success")
    assert pull.merge_state().clean


async def test_rules_hold_for_their_branches_alone(stage: Stage) -> None:
    stage.shop.require_check("release/*", GATE)
    await stage.shop.create_branch("release/1")
    pull = await pull_request(stage)
    assert pull.merge_state().clean
    await pull.edit(base="release/1")
    assert pull.merge_state().state == "blocked"


async def test_rules_are_read_and_made_over_rest(stage: Stage) -> None:
    owner = stage.speak(stage.sandbox.user_token("acme"))
    parameters = {
        "required_status_checks": [{"context": GATE, "integration_id": stage.app.id}],
        "strict_required_status_checks_policy": True,
    }
    body = {
        "name": "Gate",
        "target": "branch",
        "enforcement": "active",
        "conditions": {
            "ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []},
            "repository_name": {"include": ["~ALL"], "exclude": ["docs"]},
        },
        "rules": [{"type": "required_status_checks", "parameters": parameters}],
    }
    made = (await owner.post("/orgs/acme/rulesets", body)).body
    rules = (await stage.client.get("/repos/acme/shop/rules/branches/main")).body
    assert [(rule["ruleset_source_type"], rule["type"]) for rule in rules] == [
        ("Organization", "required_status_checks")
    ]
    assert (await stage.client.get("/repos/acme/shop/rules/branches/feat/x")).body == []
    docs = stage.sandbox.create_repository("acme/docs")
    assert (await stage.client.get(f"/repos/{docs.full_name}/rules/branches/main")).body == []
    path = f"/orgs/acme/rulesets/{made['id']}"
    assert (await owner.get("/orgs/acme/rulesets")).body[0]["name"] == "Gate"
    assert (await owner("PUT", path, {"enforcement": "evaluate"})).body["enforcement"] == "evaluate"
    assert (await owner.get(path)).body["rules"] == body["rules"]
    assert (await stage.client.get("/repos/acme/shop/rules/branches/main")).body == []
    assert (await owner.get("/orgs/acme/rulesets/1")).status == 404
    assert (await owner.get("/orgs/none/rulesets")).status == 404
    await owner.post("/repos/acme/shop/rulesets", body | {"conditions": {}})
    own = await owner.get("/repos/acme/shop/rulesets?includes_parents=false")
    assert len(own.body) == 1


async def test_a_branch_that_must_be_up_to_date(stage: Stage) -> None:
    owner = stage.speak(stage.sandbox.user_token("acme"))
    parameters = {"required_status_checks": [], "strict_required_status_checks_policy": True}
    rules = [{"type": "required_status_checks", "parameters": parameters}]
    body = {"name": "Strict", "enforcement": "active", "rules": rules}
    await owner.post("/repos/acme/shop/rulesets", body)
    pull = await pull_request(stage)
    assert pull.merge_state().clean
    await stage.shop.commit("main", {"x": "y"})
    assert pull.merge_state().state == "behind"


async def test_a_conflict_and_a_draft_are_not_merged(stage: Stage) -> None:
    pull = await pull_request(stage)
    await pull.convert_to_draft()
    assert pull.merge_state().state == "draft"
    await pull.ready()
    await stage.shop.commit("main", {"src/feat.py": "other\n"})
    assert pull.merge_state().state == "dirty"
    with pytest.raises(MergeBlocked, match="conflicts"):
        await pull.merge(by="bob", admin=True)


@pytest.mark.parametrize(
    ("method", "message", "parents"),
    [
        ("merge", "Merge pull request #1 from acme/feat\n\nAdd feat", 2),
        ("squash", "Add feat (#1)", 1),
        ("rebase", "Second", 1),
    ],
)
async def test_the_methods_of_merging(
    stage: Stage, method: MergeMethod, message: str, parents: int
) -> None:
    pull = await pull_request(stage)
    await stage.shop.commit("feat", {"second": "2"}, message="Second")
    await stage.shop.commit("main", {"meanwhile": "m"})
    tip = await pull.merge(by="bob", method=method)
    commit = (await stage.client.get(f"/repos/acme/shop/commits/{tip}")).body
    assert (commit["commit"]["message"], len(commit["parents"])) == (message, parents)
    assert stage.shop.head("main") == tip
    assert [stage.shop.read(path) for path in ("src/feat.py", "second", "meanwhile")] == [
        "feat\n",
        "2",
        "m",
    ]
    assert pull.merged
    assert pull.merge_state().state == "merged"
    body = (await stage.client.get("/repos/acme/shop/pulls/1")).body
    assert (body["merged_by"]["login"], body["merge_commit_sha"]) == ("bob", tip)


async def test_an_admin_may_bypass(stage: Stage) -> None:
    stage.shop.require_check("main", GATE)
    pull = await pull_request(stage)
    await pull.merge(by="root", admin=True)
    assert pull.merged


async def test_a_push_that_holds_the_head_merges(stage: Stage) -> None:
    pull = await pull_request(stage)
    await stage.shop.push("main", pull.head_sha)
    assert pull.merged


async def test_the_queue_merges_what_is_green(stage: Stage) -> None:
    stage.shop.require_check("main", GATE, stage.app)
    base = stage.shop.head("main")
    one, two = await pull_request(stage, "one"), await pull_request(stage, "two")
    for pull in (one, two):
        await conclude(stage, pull.head_sha, "success")
    group = await stage.shop.enqueue(one, two, method="squash")
    assert group.head_ref == f"refs/heads/gh-readonly-queue/main/pr-2-{base}"
    assert group.state == "checks_requested"
    await conclude(stage, group.head_sha, "success")
    assert (group.state, one.merged, two.merged) == ("merged", True, True)
    assert stage.shop.head("main") == group.head_sha
    await stage.sandbox.settled()
    asked = stage.inbox.last("merge_group.checks_requested")["merge_group"]
    assert (asked["head_sha"], asked["base_sha"]) == (group.head_sha, base)
    assert stage.inbox.last("merge_group.destroyed")["reason"] == "merged"


async def test_the_queue_takes_nothing_that_is_blocked(stage: Stage) -> None:
    stage.shop.require_check("main", GATE)
    pull = await pull_request(stage)
    with pytest.raises(MergeBlocked):
        await stage.shop.enqueue(pull)
    group = await stage.shop.enqueue(pull, admin=True)
    assert group.state == "checks_requested"


async def test_a_group_behind_a_red_one_is_built_again(stage: Stage) -> None:
    stage.shop.require_check("main", GATE, stage.app)
    base = stage.shop.head("main")
    one, two = await pull_request(stage, "one"), await pull_request(stage, "two")
    first = await stage.shop.enqueue(one, admin=True)
    second = await stage.shop.enqueue(two, admin=True)
    assert second.base_sha == first.head_sha
    before = second.head_sha
    await conclude(stage, first.head_sha, "failure")
    assert (first.state, one.merged) == ("failed", False)
    assert (second.base_sha, second.head_sha != before) == (base, True)
    await conclude(stage, second.head_sha, "success")
    assert two.merged
    assert stage.shop.read("src/one.py") is None
    await stage.sandbox.settled()
    reasons = [
        each.payload["reason"]
        for each in stage.inbox.arrivals
        if each.name == "merge_group.destroyed"
    ]
    assert reasons == ["dequeued", "invalidated", "merged"]


async def test_a_push_to_the_base_builds_groups_again(stage: Stage) -> None:
    stage.shop.require_check("main", GATE, stage.app)
    pull = await pull_request(stage)
    group = await stage.shop.enqueue(pull, admin=True)
    tip = await stage.shop.commit("main", {"meanwhile": "m"})
    assert group.base_sha == tip
    await stage.shop.commit("main", {"src/feat.py": "conflict\n"})
    assert group.state == "failed"


async def test_a_push_to_the_head_or_a_close_leaves_the_queue(stage: Stage) -> None:
    stage.shop.require_check("main", GATE, stage.app)
    one, two, three = [await pull_request(stage, name) for name in ("one", "two", "three")]
    groups = [await stage.shop.enqueue(pull, admin=True) for pull in (one, two, three)]
    await stage.shop.commit("two", {"more": "x"})
    assert [group.state for group in groups] == [
        "checks_requested",
        "dequeued",
        "checks_requested",
    ]
    assert groups[2].base_sha == groups[0].head_sha
    await one.close()
    assert groups[0].state == "dequeued"
    await conclude(stage, groups[2].head_sha, "success")
    assert [pull.merged for pull in (one, two, three)] == [False, False, True]


async def test_each_branch_has_its_own_queue(stage: Stage) -> None:
    for branch in ("main", "next"):
        stage.shop.require_check(branch, GATE, stage.app)
    await stage.shop.create_branch("next")
    one, two = await pull_request(stage, "one"), await pull_request(stage, "two")
    await two.edit(base="next")
    await stage.shop.enqueue(one, admin=True)
    group = await stage.shop.enqueue(two, admin=True)
    await conclude(stage, group.head_sha, "success")
    assert (one.merged, two.merged) == (False, True)


async def test_a_rebase_may_conflict_where_a_merge_does_not(stage: Stage) -> None:
    pull = await pull_request(stage)
    await stage.shop.commit("feat", {"src/a.py": "there\n"})
    await stage.shop.commit("feat", {"src/a.py": "1\n2\n3\n"}, message="And back")
    await stage.shop.commit("main", {"src/a.py": "elsewhere\n"})
    assert pull.merge_state().clean
    with pytest.raises(MergeBlocked, match="Rebase conflict"):
        await pull.merge(by="bob", method="rebase")


async def test_a_rebase_leaves_merges_out(stage: Stage) -> None:
    two = await pull_request(stage, "two")
    await stage.shop.commit("main", {"meanwhile": "m"})
    update = await stage.shop.open_pull_request("main", "two", title="Bring up to date")
    await update.merge(by="bob")
    tip = await two.merge(by="bob", method="rebase")
    commits = (await stage.client.get("/repos/acme/shop/commits")).body
    assert (commits[0]["sha"], commits[0]["commit"]["message"]) == (tip, "Add two")


async def test_a_group_leaves_the_queue_by_hand(stage: Stage) -> None:
    stage.shop.require_check("main", GATE, stage.app)
    pull = await pull_request(stage)
    group = await stage.shop.enqueue(pull, admin=True)
    await stage.shop.dequeue(group)
    assert group.state == "dequeued"
    await conclude(stage, group.head_sha, "success")
    assert not pull.merged
