"""`/plan-status` cut off anywhere, and which tickets lead to an issue."""

from contextlib import suppress
from itertools import count

import pytest

from bot.gate.looking import names_issue
from bot.report.status_answer import render_none, status_marker
from tests.plan_text import plan_text
from tests.sandbox.stage import Stage
from tests.unit.commands.test_run import Bot, Killed, Life, bot, subject_of

__all__ = ["bot"]  # the fixture


async def test_killed_anywhere_and_run_again_it_has_answered_once(bot: Bot, stage: Stage) -> None:
    stage.shop.grant("bob", "read")
    await stage.shop.commit("main", {"plans/FEAT-12.md": plan_text()})
    for fatal in count(1, 3):  # each takes a while; both kinds of steps have their turn
        await stage.shop.commit(f"feature-{fatal}", {f"{fatal}.py": "4\n"}, from_="main")
        pull = await stage.shop.open_pull_request(
            f"feature-{fatal}", title="Change it", body="Plan: FEAT-12"
        )
        first = await pull.comment("/plan-status", author="bob")
        await bot.run(subject_of(pull, first))
        second = await pull.comment("/plan-status FEAT-12", author="bob")
        survived = False
        with suppress(Killed):
            await bot.run(subject_of(pull, second), Life(fatal))
            survived = True
        await bot.run(subject_of(pull, second))
        where = f"killed at step {fatal}"
        ours = [one.body for one in pull.comments if one.author.login == "plan-gate[bot]"]
        assert len(ours) == 2, where
        old, new = ours
        assert f"#issuecomment-{second.id}" in old, where
        assert "One-page checkout" not in old, where
        assert "One-page checkout" in new, where
        assert [one.content for one in second.reactions] == ["eyes", "rocket"], where
        assert await bot.run(subject_of(pull, second)) == "nothing new", where
        if survived:
            assert fatal > 10, "a life of so few steps was never cut off"
            return


@pytest.mark.parametrize(
    ("ticket", "here", "elsewhere"),
    [
        ("#7", True, False),
        ("acme/shop#7", True, True),
        ("Acme/Shop#7", True, True),
        ("https://github.com/acme/shop/issues/7", True, True),
        ("[the issue](https://github.com/acme/shop/issues/7)", True, True),
        ("#77", False, False),
        ("acme/depot#7", False, False),
        ("my-acme/shop#7", False, False),
        ("https://github.com/acme/shop/issues/77", False, False),
        ("PAY-7", False, False),
        ("", False, False),
    ],
)
def test_a_ticket_leads_to_one_issue(ticket: str, here: bool, elsewhere: bool) -> None:
    assert names_issue(ticket, "acme/shop", 7, here=True) is here
    assert names_issue(ticket, "acme/shop", 7, here=False) is elsewhere


def test_each_request_of_a_comment_has_its_own_marker() -> None:
    assert status_marker(7, "FEAT-12") == status_marker(7, "FEAT-12")
    assert status_marker(7, "FEAT-12") != status_marker(7, "FEAT-13")
    assert status_marker(7, "--> @acme \ud800").startswith("<!-- plan-gate:status 7 ")
    assert "@" not in status_marker(7, "--> @acme \ud800")


def test_a_name_of_no_plan_is_shown_and_does_nothing_else() -> None:
    said = render_none("@acme/all <b>", ["FEAT-12"])
    assert said.startswith("No plan is called `@acme/all <b>`. Ask by the ID")
