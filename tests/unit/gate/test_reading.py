"""What is read of plans from their contents alone."""

from hypothesis import given
from hypothesis import strategies as st

from bot.config.schema import Config
from bot.gate.reading import Around, Reading, Source, read_in_tree
from bot.plan.across import may_be_asked_for
from tests.plan_text import plan_text

READING = Reading.by(Config())
SCRIPTS = st.from_regex(r"[\w./{}-]{1,20}\.(sql|sh|md)", fullmatch=True)


@given(st.lists(SCRIPTS), st.lists(SCRIPTS | st.text()))
def test_no_rule_looks_for_a_file_that_is_not_handed_over(
    named: list[str], tree: list[str]
) -> None:
    rollback = "\n".join(["## Rollback Plan", "", *(f"- DB rollback: `{each}`" for each in named)])
    text = plan_text(status="Approved").partition("## Rollback Plan")[0] + rollback
    source = Source("plans/FEAT-12.md", "blob", text.encode())
    found = [
        read_in_tree([source], Around({}, files, {}), READING)
        for files in (tree, list(filter(may_be_asked_for, tree)))
    ]
    assert found[0] == found[1]
