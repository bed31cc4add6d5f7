"""A whole good plan, to be varied: every test that needs a plan starts from the demo's."""

from bot.cli.story import PLAN


def plan_text(
    plan_id: str = "FEAT-12",
    status: str = "Draft",
    *,
    depends: str = "1",
    answer: str = "Stripe",
) -> str:
    """The plan's text; without arguments a Draft that has no finding."""
    text = PLAN.replace("FEAT-12", plan_id)
    for old, new in [
        ("**Status**: Draft", f"**Status**: {status}"),
        ("| shop | 1 |", f"| shop | {depends} |"),
        ("| Stripe |", f"| {answer} |"),
    ]:
        assert old in text
        text = text.replace(old, new)
    return text
