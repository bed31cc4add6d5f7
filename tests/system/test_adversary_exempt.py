"""Who can push, or rename a label, makes another's exemption their own: it exempts nobody."""

from tests.system.world import World

LABEL = "gate: {exempt_labels: [no-plan]}\n"
UNLINKED = ("failure", "No plan linked")
BY_LABEL = ("success", "Exempt: label no-plan, put on by maya")


# ── labels ───────────────────────────────────────────────────────────────────
async def test_a_label_that_is_renamed_to_an_exempting_one_exempts_nobody(world: World) -> None:
    await world.configure(LABEL)
    pull = await world.code_pull(body=None)
    await pull.add_label("bug", by="maya")
    assert await world.verdict(pull) == UNLINKED
    await world.shop.rename_label("bug", "no-plan")
    await pull.edit(title="Look again")
    assert pull.labels == ["no-plan"]
    assert await world.verdict(pull) == UNLINKED
    assert "The label `no-plan` exempts nobody" in await world.summary(pull)

    world.clock.now += 60
    await pull.remove_label("no-plan", by="maya")
    await pull.add_label("no-plan", by="maya")
    assert await world.verdict(pull) == BY_LABEL


async def test_a_label_that_is_renamed_away_and_back_has_to_be_put_on_again(world: World) -> None:
    await world.configure(LABEL)
    pull = await world.code_pull(body=None)
    await pull.add_label("no-plan", by="maya")
    assert await world.verdict(pull) == BY_LABEL
    world.clock.now += 60
    await world.shop.rename_label("no-plan", "bug")
    await world.shop.rename_label("bug", "no-plan")
    await pull.edit(title="Look again")
    assert await world.verdict(pull) == UNLINKED
