"""A pressed button cut off anywhere: run again, it has answered once."""

from contextlib import suppress
from itertools import count

import pytest

from bot.ledger.port import Ledger
from bot.sandbox import PullRequest
from bot.subject import Button, ButtonSubject, HeadSubject
from tests.sandbox.stage import Stage
from tests.unit.commands.test_run import SHOP, Bot, Killed, Life, bot, judged_pull

__all__ = ["bot"]  # the fixture


def pressed(pull: PullRequest, button: Button) -> ButtonSubject:
    return ButtonSubject(SHOP, pull.head_sha, button, "maya")


async def test_killed_anywhere_and_run_again_it_has_answered_once(
    bot: Bot, stage: Stage, ledger: Ledger
) -> None:
    for fatal in count(1, 3):  # each takes a while; both kinds of steps have their turn
        pull = await judged_pull(stage, ledger, f"feature-{fatal}")
        survived = False
        with suppress(Killed):
            await bot.press(pressed(pull, Button.EXEMPT), Life(fatal))
            survived = True
        for _ in range(2):  # a redelivered press is one more
            await bot.press(pressed(pull, Button.EXEMPT))
        (answer,) = [one.body for one in pull.comments if one.author.login == "plan-gate[bot]"]
        assert f"**To exempt `{pull.head_sha[:7]}`**" in answer, f"killed at step {fatal}"
        if survived:
            assert fatal > 5, "a life of so few steps was never cut off"
            return


@pytest.mark.parametrize("fatal", range(1, 4))
async def test_a_re_check_that_was_cut_off_is_asked_for_again(
    bot: Bot, stage: Stage, ledger: Ledger, fatal: int
) -> None:
    pull = await judged_pull(stage, ledger)
    with suppress(Killed):
        await bot.press(pressed(pull, Button.RECHECK), Life(fatal))
    await bot.press(pressed(pull, Button.RECHECK))
    assert bot.marked[-1] == HeadSubject(SHOP, pull.head_sha, again=True)
