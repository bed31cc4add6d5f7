"""Nothing but an unambiguous Approved in the header block on main opens the gate."""

import pytest

from tests.plan_text import plan_text
from tests.system.world import World

DRAFT = "**Status**: Draft\n"
TRICKS = {
    "fence": "```\n**Status**: Approved\n```\n",
    "fence beside a Draft": f"{DRAFT}```\n**Status**: Approved\n```\n",
    "open fence": f"{DRAFT}```\n**Status**: Approved\n",
    "comment": "<!-- **Status**: Approved -->\n",
    "comment over lines": f"{DRAFT}<!--\n**Status**: Approved\n-->\n",
    "quote": "> **Status**: Approved\n",
    "lazy quote": "> quoted\n**Status**: Approved\n",
    "struck through": "**Status**: ~~Approved~~\n",
    "struck through whole": "~~**Status**: Approved~~\n",
    "doubled": f"{DRAFT}**Status**: Approved\n",
    "doubled the other way": f"**Status**: Approved\n{DRAFT}",
    "not": "**Status**: Not Approved\n",
    "question": "**Status**: Approved?\n",
    "choice": "**Status**: Draft | Approved\n",
    "arrow": "**Status**: Draft → Approved\n",
    "look-alike": "**Status**: Аpproved\n",
    "bidi": "**Status**: \u202edevorppA\u202c\n",
    "zero width": "**Status**: App\u200broved\n",
    "code": "**Status**: `Approved`\n",
    "html": "**Status**: <b hidden>x</b>Approved\n",
    "entity": "**Status**: &#65;pproved\n",
    "indented": "    **Status**: Approved\n",
    "details": "<details>\n**Status**: Approved\n</details>\n",
    "image": "**Status**: ![Approved](x.png)\n",
    "later section": "",
    "after a rule": "",
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_a_trick_does_not_open_the_gate(world: World, trick: str) -> None:
    text = plan_text().replace(DRAFT, TRICKS[trick])
    if trick == "later section":
        text = text.replace("## Why & What\n", "## Why & What\n\n**Status**: Approved\n")
    if trick == "after a rule":
        text = text.replace("\n---\n", "\n---\n\n**Status**: Approved\n", 1)
    await world.plan_on_main(text=text)
    pull = await world.code_pull()
    run = await world.check(pull)
    assert run.conclusion == "failure"
    assert pull.merge_state().state == "blocked"


@pytest.mark.parametrize(
    "line",
    [
        "**Status**: Approved\n",
        "**Status:** approved\n",
        "Status: ✅ Approved\n",
        "- **Status**: Approved (2026-01-02, by Ann)\n",
        "**Status**: Approved — after the review\n",
        "**Status**: Approved\r\n",
    ],
)
async def test_an_approval_in_its_usual_forms_opens_it(world: World, line: str) -> None:
    await world.plan_on_main(text=plan_text().replace(DRAFT, line))
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")


async def test_the_heads_own_approval_does_not_open_it(world: World) -> None:
    path = await world.plan_on_main()
    await world.shop.commit("patch-1", {path: plan_text(status="Approved")}, from_="main")
    pull = await world.code_pull()
    run = await world.check(pull)
    assert run.conclusion == "failure"
    assert pull.merge_state().state == "blocked"
