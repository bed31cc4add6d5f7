"""Somebody asks `/plan-status`, and is told where the plans stand; whoever asks again, anew."""

from bot.sandbox.pull_request import PullRequest
from bot.sandbox.state.records import Comment, Issue
from tests.plan_text import plan_text
from tests.system.test_costs import costs
from tests.system.world import World


async def ask(
    world: World, where: PullRequest | Issue, text: str = "/plan-status", author: str = "bob"
) -> Comment:
    """Somebody asks, and the bot has answered."""
    if isinstance(where, PullRequest):
        comment = await where.comment(text, author=author)
    else:
        comment = await world.shop.comment(where, text, author=author)
    await world.settle()
    world.clock.now += 60
    return comment


def answers(where: PullRequest | Issue) -> list[str]:
    """The bot's answers, without their marks."""
    return [
        comment.body.partition("-->")[2].strip()
        for comment in where.comments
        if "plan-gate:status" in comment.body and comment.author.login == "plan-gate[bot]"
    ]


async def test_a_pull_request_is_told_of_the_plan_that_it_links(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull("Plan: FEAT-12#1")
    await world.settle()
    comment = await ask(world, pull)
    (answer,) = answers(pull)
    assert "FEAT-12" in answer
    assert "in review" in answer, answer
    assert f"/pull/{pull.number})" in answer
    assert [one.content for one in comment.reactions] == ["eyes", "rocket"]


async def test_it_is_told_who_set_it_approved(world: World) -> None:
    await world.plan_on_main()
    approval = await world.pull(
        {"plans/FEAT-12.md": plan_text(status="Approved")}, branch="approve", author="bob"
    )
    await approval.review("carol")
    await world.settle()
    await approval.merge(by="alice")
    pull = await world.code_pull()
    await ask(world, pull, "/plan-status FEAT-12")
    (answer,) = answers(pull)
    assert "`bob`" in answer
    assert f"/pull/{approval.number})" in answer


async def test_a_new_plan_is_told_of_from_the_head(world: World) -> None:
    pull = await world.pull({"plans/FEAT-12.md": plan_text()})
    await ask(world, pull)
    (answer,) = answers(pull)
    assert f"/blob/{pull.head_sha}/plans/FEAT-12.md" in answer


async def test_who_asks_again_leaves_a_pointer(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    await ask(world, pull)
    again = await ask(world, pull, author="alice")
    pointer, answer = answers(pull)
    assert f"#issuecomment-{again.id}" in pointer
    assert len(pointer.splitlines()) == 1
    assert "FEAT-12" not in pointer
    assert "FEAT-12" in answer


async def test_one_comment_can_ask_for_several(world: World) -> None:
    await world.plan_on_main()
    await world.plan_on_main("FEAT-13")
    pull = await world.code_pull()
    await ask(world, pull, "/plan-status FEAT-12\n/plan-status plans/FEAT-13.md")
    first, second = answers(pull)
    assert "FEAT-12" in first
    assert "FEAT-13" in second


async def test_a_name_that_is_nearly_right_is_guessed(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    await ask(world, pull, "/plan-status feat-12")
    (answer,) = answers(pull)
    assert answer == "No plan is called `feat-12`. Did you mean `FEAT-12`?"


async def test_an_issue_is_told_of_the_plans_that_name_it(world: World) -> None:
    issue = await world.shop.open_issue("Pay by card")
    text = plan_text().replace("payments / PAY-1", f"payments / #{issue.number}")
    await world.plan_on_main(text=text)
    await world.plan_on_main("FEAT-13")
    await ask(world, issue)
    (answer,) = answers(issue)
    assert "FEAT-12" in answer
    assert "FEAT-13" not in answer


async def test_another_issue_is_told_of_all_that_are_not_done(world: World) -> None:
    issue = await world.shop.open_issue("Pay by card")
    await world.plan_on_main()
    await world.plan_on_main("FEAT-13")
    await ask(world, issue)
    (answer,) = answers(issue)
    assert answer.startswith("No plan names this issue as its ticket.")
    assert "FEAT-12" in answer
    assert "FEAT-13" in answer


async def test_central_plans_are_told_of_to_who_can_read_them_alone(world: World) -> None:
    plans = world.repository("acme/plans", private=True)
    shop = world.repository("acme/till", private=True)
    await world.configure("plans: {repository: acme/plans}\n", repo=shop)
    await world.plan_on_main(repo=plans)
    pull = await world.code_in(shop)
    shop.grant("stranger", "read")
    await ask(world, pull, author="stranger")
    await ask(world, pull, "/plan-status FEAT-12", author="stranger")
    for withheld in answers(pull):
        assert "FEAT-12" not in withheld
    assert "only who can read that is told of them" in answers(pull)[-1]
    await ask(world, pull)
    assert "FEAT-12" in answers(pull)[-1]


async def test_private_plans_are_told_of_in_no_public_conversation(world: World) -> None:
    plans = world.repository("acme/plans", private=True)
    await world.configure("plans: {repository: acme/plans}\n")
    await world.plan_on_main(repo=plans)
    pull = await world.code_pull()
    await ask(world, pull, "/plan-status FEAT-12")
    (answer,) = answers(pull)
    assert answer.endswith("which is private, and everybody can read this here.")


async def test_asking_again_costs_no_look_at_what_stayed(world: World) -> None:
    """Two writes: the answer, and the pointer to it. What else is asked is told by name."""
    await world.plan_on_main()
    pull = await world.code_pull()
    await ask(world, pull)
    since = len(world.sandbox.requests)
    comment = await ask(world, pull, "/plan-status FEAT-12")
    place = f"/repos/acme/shop/issues/comments/{comment.id}"
    asked = ["Comment", f"GET {place}", f"POST {place}/reactions", f"POST {place}/reactions"]
    looked = ["comments", "pull", "repository"]
    assert costs(world, since) == [*asked, *looked, "write comment", "write comment"]


async def test_what_nobody_remembers_costs_a_request_for_each_plan_at_most(world: World) -> None:
    """Of more plans than an answer holds the first are told of, and how to ask for the others."""
    issue = await world.shop.open_issue("Pay by card")
    plans = {f"plans/FEAT-{n}.md": plan_text(f"FEAT-{n}") for n in range(100, 155)}
    await world.shop.commit("main", plans, author="bob")
    await world.settle()
    since = len(world.sandbox.requests)
    await ask(world, issue)
    (answer,) = answers(issue)
    assert "5 more plans left out: ask by `/plan-status ID`." in answer
    assert len(answer.encode()) <= 65_536
    spent = costs(world, since)
    assert len(spent) <= len(plans) + 20, spent


async def test_task_states_are_read_where_they_never_were(github: World) -> None:
    world = github
    await world.plan_on_main(status="Approved")
    done = await world.code_pull("Plan: FEAT-12#1")
    await done.merge(by="alice", admin=True)  # before the App was there
    issue = await world.shop.open_issue("Pay by card")
    async with world.bot():
        await ask(world, issue, "/plan-status FEAT-12")
        assert (
            "The pull requests of `acme/shop` are being read for the first time"
            in answers(issue)[0]
        )
        await ask(world, issue, "/plan-status FEAT-12")
        assert "1 of 2 tasks merged" in answers(issue)[-1]
        assert "for the first time" not in answers(issue)[-1]


async def test_a_broken_configuration_is_told_of_with_its_place(world: World) -> None:
    await world.configure("plans: {repository: [}\n")
    pull = await world.code_pull()
    await ask(world, pull, "/plan-status FEAT-12")
    (answer,) = answers(pull)
    assert answer.startswith("Plan Gate cannot tell where the plans stand: line 1 of ")


async def test_plans_out_of_reach_are_said_to_be_so(world: World) -> None:
    await world.configure("plans: {repository: other/plans}\n")
    pull = await world.code_pull()
    await ask(world, pull)
    (answer,) = answers(pull)
    assert "other/plans, which Plan Gate cannot read: install it there." in answer


async def test_a_plan_whose_tasks_are_all_merged_is_done(world: World) -> None:
    issue = await world.shop.open_issue("Pay by card")
    await world.plan_on_main(status="Approved")
    await world.plan_on_main("FEAT-13")
    for task in (1, 2):
        pull = await world.pull(
            {f"src/{task}.py": "1\n"}, branch=f"t{task}", body=f"Plan: FEAT-12#{task}"
        )
        await world.settle()
        await pull.merge(by="alice")
        await world.settle()
    await ask(world, issue)
    (answer,) = answers(issue)
    assert "FEAT-13" in answer
    assert "FEAT-12" not in answer
    await ask(world, issue, "/plan-status FEAT-12")
    assert "2 of 2 tasks merged" in answers(issue)[-1]
