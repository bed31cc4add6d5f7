"""Which plans a pull request names, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gate.facts import Actor, Pull
from bot.gate.link_lines import visible_lines
from bot.gate.links import Link, Links, Place, find_links

KNOWN = {"FEAT-12", "FEAT-1", "OPS2-7"}


def links(
    *, title: str = "", body: str = "", head_ref: str = "patch-1", touched: tuple[str, ...] = ()
) -> Links:
    pull = Pull("acme/shop", 7, title, body, Actor("ann"), head_ref, "a" * 40, "main")
    return find_links(
        pull=pull,
        commits=(),
        id_pattern="[A-Z][A-Z0-9]*-[0-9]+",
        known=KNOWN,
        touched=touched,
        plans_repository=None,
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Plan: FEAT-12", [("FEAT-12", None)]),
        ("plan:FEAT-12", [("FEAT-12", None)]),
        ("**Plan**: FEAT-12", [("FEAT-12", None)]),
        ("**Plan:** FEAT-12", [("FEAT-12", None)]),
        ("- Plan: FEAT-12.", [("FEAT-12", None)]),
        ("Why.\r\nPlan: FEAT-12\r\nMore.", [("FEAT-12", None)]),
        ("Plan: FEAT-12#3", [("FEAT-12", 3)]),
        ("Plan: FEAT-12#3, FEAT-1", [("FEAT-12", 3), ("FEAT-1", None)]),
        ("Plan: FEAT-12\n\nPlan: FEAT-1", [("FEAT-12", None), ("FEAT-1", None)]),
        ("Plan: FEAT-12, FEAT-12", [("FEAT-12", None)]),
        ("Plan: plans/FEAT-12.md", [("plans/FEAT-12.md", None)]),
        ("Plan: <plans/FEAT-12.md>", [("plans/FEAT-12.md", None)]),
        ("Plan: [FEAT-12](plans/FEAT-12.md)", [("FEAT-12", None)]),
        ("Plan: [](plans/FEAT-12.md)", [("plans/FEAT-12.md", None)]),
        ("Plan: [the plan](plans/FEAT-12.md)", [("plans/FEAT-12.md", None)]),
        ("Plan: **FEAT-12**", [("FEAT-12", None)]),
        ("Plan: _FEAT-12_, _plans/FEAT-1.md", [("FEAT-12", None), ("_plans/FEAT-1.md", None)]),
        ("Plan: .plans/FEAT-12.md.", [(".plans/FEAT-12.md", None)]),
        (
            "Plan: https://github.com/acme/shop/blob/main/plans/FEAT-12.md#L3",
            [("plans/FEAT-12.md", None)],
        ),
        ("Plan: https://github.com/Acme/Shop/blob/main/plans/a%20b.md", [("plans/a b.md", None)]),
        (
            "Plan: https://github.com/evil/shop/blob/main/plans/FEAT-12.md",
            [("plans/FEAT-12.md", None)],  # of another repository, as test_link_forms shows
        ),
        ("Plan: https://[broken", [("https://[broken", None)]),
        ("Plan: acme/shop#FEAT-12#2", [("FEAT-12", 2)]),
        ("Plan: evil/shop#FEAT-12", [("FEAT-12", None)]),  # likewise
        ("Plan: FEAT-404", [("FEAT-404", None)]),
        # what a reader does not see as prose does not count
        ("<!-- Plan: FEAT-12 -->", []),
        ("text <!--\nPlan: FEAT-12\n--> text", []),
        ("text <!--\nPlan: FEAT-12", [("FEAT-12", None)]),  # a comment that never ends is text
        ("> Plan: FEAT-12", []),
        ("> quote\nPlan: FEAT-12", []),
        ("```\nPlan: FEAT-12\n```", []),
        ("~~~\nPlan: FEAT-12", []),
        ("    Plan: FEAT-12", []),
        ("`Plan: FEAT-12`", []),
        ("a `code\nPlan: FEAT-12\n` b", []),
        ("<div>\nPlan: FEAT-12\n</div>", []),
        ("<details>\n<summary>x</summary>\nPlan: FEAT-12\n</details>", [("FEAT-12", None)]),
        ("The Plan: FEAT-12", []),
        ("Plan: how I went about it", []),
        ("# Plan: what FEAT-12 needs", []),
        ("Plan: src/main.py", []),
        ("Plan:", []),
        ("Plan: ,", []),
        ("", []),
    ],
)
def test_the_description(body: str, expected: list[tuple[str, int | None]]) -> None:
    assert [(link.name, link.task) for link in links(body=body).counted] == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("FEAT-12: add checkout", "FEAT-12"),
        ("[FEAT-12] add checkout", "FEAT-12"),
        ("feat(FEAT-12): add checkout", "FEAT-12"),
        ("fix(OPS2-7)!: mend", "OPS2-7"),
        ("  FEAT-12 : add", "FEAT-12"),
        ("FEAT-12 add checkout", None),
        ("Add FEAT-12: checkout", None),
        ("UTF-8: is no plan", None),
        ("feat-12: lower case", None),
        ("ＦEAT-12: wide letter", None),
        ("FEAT-１２: wide digits", None),
    ],
)
def test_the_title(title: str, expected: str | None) -> None:
    assert [link.name for link in links(title=title).counted] == ([expected] if expected else [])


def test_a_task_in_the_title() -> None:
    assert links(title="FEAT-12#3: add").counted == (Link("FEAT-12", Place.TITLE, 3),)


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("feat-12-add-checkout", "FEAT-12"),
        ("feature/FEAT-12/checkout", "FEAT-12"),
        ("alice/feat-12", "FEAT-12"),
        ("feat-12", "FEAT-12"),
        ("feat-123-other", None),
        ("xfeat-12", None),
        ("fix-utf-8", None),
        ("ſeat-12", None),
        ("patch-1", None),
    ],
)
def test_the_branch(ref: str, expected: str | None) -> None:
    assert [link.name for link in links(head_ref=ref).counted] == ([expected] if expected else [])


def test_the_first_place_counts_and_others_that_differ_are_told() -> None:
    found = links(body="Plan: FEAT-12", title="FEAT-1: x", head_ref="feat-12-x")
    assert found.counted == (Link("FEAT-12", Place.BODY),)
    assert found.ignored == (Link("FEAT-1", Place.TITLE),)


def test_touched_plans_count_where_no_place_names_one() -> None:
    touched = ("FEAT-12",)
    assert links(title="Add checkout", touched=touched).counted == (Link("FEAT-12", Place.FILES),)
    assert links(title="FEAT-1: x", touched=touched).counted == (Link("FEAT-1", Place.TITLE),)


def test_an_address_may_hold_a_part_of_its_branch() -> None:
    url = "https://github.com/acme/shop/blob/release/1/plans/FEAT-12.md"
    (link,) = links(body=f"Plan: {url}").counted
    assert link.names("plans/FEAT-12.md")
    assert not link.names("FEAT-1.md")
    (plain,) = links(body="Plan: 1/plans/FEAT-12.md").counted
    assert not plain.names("plans/FEAT-12.md")


@given(st.text(alphabet=st.sampled_from("Plan: FEAT-12`<!->#\n\r\t*_[](),/")))
def test_finding_never_raises(text: str) -> None:
    links(body=text, title=text, head_ref=text)


def test_hostile_descriptions_are_read_in_bounded_work() -> None:
    runs = "".join("`" * n + "a" for n in range(350))
    many = ["`" * 70_000, "<!--" * 20_000, "> " * 40_000, "`a``b```" * 9_000, runs]
    for bait in [*many, "`" * 30_000 + "a" + "`" * 30_000, "``a`" * 16_000]:
        assert isinstance(list(visible_lines(bait)), list)
