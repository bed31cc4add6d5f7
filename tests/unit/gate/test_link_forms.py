"""Links beyond a name in the description: trailers, tasks, other repositories, renames, tricks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gate.facts import Actor, Commit, PlanChange, PlanFile, Pull
from bot.gate.link_lines import read_trailers
from bot.gate.links import (
    MAX_LINKS,
    Link,
    Links,
    Mentions,
    Place,
    find_links,
    find_mentions,
    follow_rename,
)

PATTERN = "[A-Z][A-Z0-9]*-[0-9]+"
KNOWN = {"FEAT-12", "FEAT-1"}
SHOP = "https://github.com/acme/shop/blob/main/plans/FEAT-12.md"
PLANS = "https://github.com/acme/plans/blob/main/plans/FEAT-12.md"


def pull(body: str = "", title: str = "", head_ref: str = "patch-1") -> Pull:
    return Pull("acme/shop", 7, title, body, Actor("ann"), head_ref, "a" * 40, "main")


def commits(*messages: str) -> list[Commit]:
    return [Commit(f"{n:040}", Actor("ann"), False, text) for n, text in enumerate(messages)]


def links(
    body: str = "", *messages: str, title: str = "", head_ref: str = "patch-1", home: str = ""
) -> Links:
    return find_links(
        pull=pull(body, title, head_ref),
        commits=commits(*messages),
        id_pattern=PATTERN,
        known=KNOWN,
        plans_repository=home or None,
    )


def named(found: Links) -> list[tuple[str, int | None]]:
    return [(link.name, link.task) for link in found.counted]


# ── trailers ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Add\n\nPlan: FEAT-12", [("FEAT-12", None)]),
        ("Add\n\nPlan: FEAT-12#3\n", [("FEAT-12", 3)]),
        ("Add\r\n\r\nPlan: FEAT-12\r\n", [("FEAT-12", None)]),
        ("Add\n\nWhy.\n\nplan:FEAT-12, FEAT-1", [("FEAT-12", None), ("FEAT-1", None)]),
        ("Add\n\nPlan: FEAT-12,\n FEAT-1", [("FEAT-12", None), ("FEAT-1", None)]),
        ("Add\n\nPlan: FEAT-12\nCo-authored-by: Bob <bob@acme.example>", [("FEAT-12", None)]),
        ("Add\n\nSigned-off-by: Ann\nPlan: FEAT-12", [("FEAT-12", None)]),
        ("Add\n\nPlan: FEAT-12\n(cherry picked from commit abc)", [("FEAT-12", None)]),
        ("Add\n \t\nPlan: FEAT-12", [("FEAT-12", None)]),
        (f"Add\n\nPlan: {SHOP}", [("plans/FEAT-12.md", None)]),
        ("Add\n\nPlan: FEAT-404", [("FEAT-404", None)]),
        ("Add\n\nPlan: as agreed", []),
        ("Add\n\nPlanned: FEAT-12", []),
        ("Add\n\nThe plan is this:\nPlan: FEAT-12", []),  # a paragraph of prose
        ("Add\n\n indented\nPlan: FEAT-12", []),
        ("Add\n\nPlan: FEAT-12\n\nAnd more.", []),  # not the last paragraph
        ("Plan: FEAT-12", []),  # the subject
        ("Add\nPlan: FEAT-12", []),
        ("", []),
        ("\n\n", []),
    ],
)
def test_a_trailer_in_a_commit_message(message: str, expected: list[tuple[str, int]]) -> None:
    assert named(links("", message)) == expected


def test_all_commits_are_read() -> None:
    found = links("", "A\n\nPlan: FEAT-1", "B", "C\n\nPlan: FEAT-12", "D\n\nPlan: FEAT-1")
    assert found == Links((Link("FEAT-1", Place.COMMIT), Link("FEAT-12", Place.COMMIT)))


def test_a_trailer_stands_between_description_and_title() -> None:
    message = "A\n\nPlan: FEAT-1"
    below = links("", message, title="FEAT-12: x", head_ref="feat-12-x")
    assert [link.place for link in below.counted] == [Place.COMMIT]
    assert [link.place for link in below.ignored] == [Place.TITLE, Place.BRANCH]
    above = links("Plan: FEAT-12", message, title="FEAT-12: x")
    assert above == Links((Link("FEAT-12", Place.BODY),), (Link("FEAT-1", Place.COMMIT),))


@given(st.text(alphabet=st.sampled_from("Plan: FEAT-12#,\n\r\t(x")))
def test_reading_trailers_never_raises(message: str) -> None:
    assert all(key and "\n" not in value for key, value in read_trailers(message))


# ── tasks ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("body", "expected", "loose"),
    [
        ("Plan: FEAT-12\nTask: 3", [("FEAT-12", 3)], ()),
        ("Task: #3\n\nPlan: FEAT-12", [("FEAT-12", 3)], ()),
        ("Plan: FEAT-12\n**Tasks**: 3, 4.", [("FEAT-12", 3), ("FEAT-12", 4)], ()),
        ("Plan: FEAT-12\n- **Task:** 3\n- Task: 4", [("FEAT-12", 3), ("FEAT-12", 4)], ()),
        ("Plan: FEAT-12#3\nTask: 4", [("FEAT-12", 3), ("FEAT-12", 4)], ()),
        ("Plan: FEAT-12#3\nTask: 3", [("FEAT-12", 3)], ()),
        ("Plan: FEAT-12#3, FEAT-12#4", [("FEAT-12", 3), ("FEAT-12", 4)], ()),
        (f"Plan: {SHOP}\nTask: 3", [("plans/FEAT-12.md", 3)], ()),
        ("Plan: [FEAT-12#3](plans/FEAT-12.md)", [("FEAT-12", 3)], ()),
        # of which plan?
        ("Plan: FEAT-12, FEAT-1\nTask: 3", [("FEAT-12", None), ("FEAT-1", None)], (3,)),
        ("Task: 3, 4, 3", [], (3, 4)),
        # no task
        ("Plan: FEAT-12\nTask: three", [("FEAT-12", None)], ()),
        ("Plan: FEAT-12\nTask: 3 is done", [("FEAT-12", None)], ()),
        ("Plan: FEAT-12\nThe Task: 3", [("FEAT-12", None)], ()),
        ("Plan: FEAT-12\nTask: 1234567", [("FEAT-12", None)], ()),
        ("Plan: FEAT-12\n\n> Task: 3", [("FEAT-12", None)], ()),
        ("Plan: FEAT-12\n<!-- Task: 3 -->", [("FEAT-12", None)], ()),
        ("Plan: FEAT-12\n`Task: 3`", [("FEAT-12", None)], ()),
    ],
)
def test_tasks(body: str, expected: list[tuple[str, int | None]], loose: tuple[int, ...]) -> None:
    found = links(body)
    assert (named(found), found.loose_tasks) == (expected, loose)


def test_a_task_without_a_plan_beside_it_is_not_the_titles() -> None:
    found = links("Task: 3", title="FEAT-12: x")
    assert found == Links((Link("FEAT-12", Place.TITLE),), loose_tasks=(3,))


def test_more_links_than_count_are_told_by_one_too_many() -> None:
    numbers = ", ".join(str(n) for n in range(40))
    assert len(links(f"Plan: FEAT-12\nTasks: {numbers}").counted) == MAX_LINKS + 1


# ── repositories ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "home", "expected"),
    [
        ("FEAT-12", "", ("FEAT-12", "")),
        ("FEAT-12", "acme/plans", ("FEAT-12", "")),
        ("plans/FEAT-12.md", "acme/plans", ("plans/FEAT-12.md", "")),
        ("Acme/Shop#FEAT-12", "", ("FEAT-12", "")),
        ("Acme/Plans#FEAT-12#3", "acme/plans", ("FEAT-12", "")),
        ("acme/plans#plans/FEAT-12.md", "acme/plans", ("plans/FEAT-12.md", "")),
        (SHOP, "", ("plans/FEAT-12.md", "")),
        (PLANS, "acme/plans", ("plans/FEAT-12.md", "")),
        (f"[FEAT-12]({PLANS})", "acme/plans", ("FEAT-12", "")),
        # where plans do not live
        ("acme/plans#FEAT-12", "", ("FEAT-12", "acme/plans")),
        ("evil/plans#FEAT-12", "acme/plans", ("FEAT-12", "evil/plans")),
        ("acme/shop#FEAT-12", "acme/plans", ("FEAT-12", "acme/shop")),
        (PLANS, "", ("plans/FEAT-12.md", "acme/plans")),
        (SHOP, "acme/plans", ("plans/FEAT-12.md", "acme/shop")),
        ("[evil/plans#FEAT-12](plans/FEAT-12.md)", "", ("plans/FEAT-12.md", "")),
        # no plan's address
        ("https://wiki.example/FEAT-12", "", ("https://wiki.example/FEAT-12", "")),
        ("https://[broken", "", ("https://[broken", "")),
    ],
)
def test_the_repository_of_a_plan(name: str, home: str, expected: tuple[str, str]) -> None:
    (link,) = links(f"Plan: {name}", home=home).counted
    assert (link.name, link.repository) == expected


@pytest.mark.parametrize("name", ["acme/shop#12", "evil/shop#12", "acme/plans", "#12"])
def test_an_issue_is_no_plan(name: str) -> None:
    assert links(f"Plan: {name}") == Links()


def test_the_same_name_in_another_repository_is_another_plan() -> None:
    found = links("Plan: FEAT-12", "A\n\nPlan: evil/plans#FEAT-12")
    assert found.ignored == (Link("FEAT-12", Place.COMMIT, repository="evil/plans"),)


# ── what only looks like a name, or is out of sight ──────────────────────────
@pytest.mark.parametrize(
    "name",
    [
        "FE\u0410T-12",  # a Cyrillic А
        "FEAT-1\u200b2",
        "FEAT-12\u200b",
        "\u202eFEAT-12",
        "FEAT\u201012",
        "FEAT-１２",
        "FEAT&#45;12",
        "FEAT-12&nbsp;",
        "FEAT-1<!-- -->2",
        "FEAT-1`x`2",
        "feat-12",
        "FEAT-012",
        "FEAT-12.md#3",
    ],
)
def test_a_name_that_is_merely_alike_is_not_the_plan(name: str) -> None:
    for found in (links(f"Plan: {name}"), links("", f"A\n\nPlan: {name}"), links(title=f"{name}:")):
        assert "FEAT-12" not in [link.name for link in found.counted]


@given(st.integers(0, 7), st.characters(min_codepoint=128))
def test_no_foreign_character_is_overlooked(at: int, character: str) -> None:
    name = "FEAT-12"[:at] + character + "FEAT-12"[at:]
    found = {link.name for link in links(f"Plan: {name}", f"A\n\nPlan: {name}").counted}
    assert found <= ({"FEAT-12"} if character.isspace() and at in (0, 7) else set())


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("<details>\nPlan: FEAT-12\n</details>", True),
        ("<details open>\n<summary>Why</summary>\n\nPlan: FEAT-12\n\n</details>", True),
        ("<details>\n<!-- Plan: FEAT-12 -->\n</details>", False),
        ("<details>\n<!--\n\nPlan: FEAT-12\n\n-->\n</details>", False),
        ("<details>\n<pre>\n\nPlan: FEAT-12\n\n</pre></details>", False),
        ("> <details>\n> Plan: FEAT-12\n> </details>", False),
        ("<blockquote>\n\nPlan: FEAT-12\n\n</blockquote>", False),
        ("<blockquote>\n\nquote\n\n</blockquote>\n\nPlan: FEAT-12", True),
        ("</blockquote>\n\nPlan: FEAT-12", True),
        ("<pre>\nPlan: FEAT-12\n</pre>", False),
        ("<p hidden>\nPlan: FEAT-12\n</p>", False),
    ],
)
def test_what_of_html_a_reader_sees(body: str, seen: bool) -> None:
    assert bool(links(body).counted) is seen


# ── what has to be looked for ────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("body", "message", "title", "expected"),
    [
        ("Plan: FEAT-12", "", "", Mentions(frozenset({"feat-12"}))),
        ("", "A\n\nPlan: FEAT-12", "", Mentions(frozenset({"feat-12"}))),
        ("", "", "FEAT-12: x", Mentions(frozenset({"feat-12"}))),
        ("", "", "UTF-8: x", Mentions(frozenset({"utf-8"}))),
        ("", "", "", Mentions(frozenset())),
        (
            "Plan: plans/FEAT-12.md",
            "A\n\nPlan: FEAT-2",
            "FEAT-1: x",
            Mentions(frozenset({"plans/feat-12.md"}), frozenset({"feat-2", "feat-1"})),
        ),
        (
            "",
            "A\n\nPlan: FEAT-2",
            "FEAT-1: x",
            Mentions(frozenset({"feat-2"}), frozenset({"feat-1"})),
        ),
    ],
)
def test_mentions(body: str, message: str, title: str, expected: Mentions) -> None:
    found = find_mentions(
        pull=pull(body, title, head_ref="topic"),
        commits=commits(message),
        id_pattern=PATTERN,
        plans_repository=None,
    )
    assert found == expected


def test_a_branch_may_name_a_plan_that_is_not_known_yet() -> None:
    found = find_mentions(
        pull=pull(title="FEAT-1: x", head_ref="ann/feat-12-x"),
        commits=(),
        id_pattern=PATTERN,
        plans_repository=None,
    )
    assert found == Mentions(frozenset({"feat-1", "feat-12"}))


@pytest.mark.parametrize(
    ("name", "is_path"), [("FEAT-12", False), ("plans/FEAT-12.md", True), ("FEAT-12.md", True)]
)
def test_a_name_is_an_id_or_a_path(name: str, is_path: bool) -> None:
    (link,) = links(f"Plan: {name}").counted
    assert link.is_path is is_path


# ── renames ──────────────────────────────────────────────────────────────────
MOVED = PlanChange(
    left=None,
    base=PlanFile("plans/FEAT-12.md", "b", id="FEAT-12"),
    head=PlanFile("plans/done/FEAT-12.md", "b", id="FEAT-12"),
)
STAYED = PlanChange(None, PlanFile("plans/a.md", "b", id="A-1"), PlanFile("plans/a.md", "c"))
ADDED = PlanChange(None, None, PlanFile("plans/new.md", "b", id="FEAT-9"))
UNNAMED = PlanChange(None, PlanFile("plans/old.md", "b"), PlanFile("plans/c.md", "b"))


@pytest.mark.parametrize(
    ("link", "name"),
    [
        (Link("plans/done/FEAT-12.md", Place.BODY), "FEAT-12"),
        (Link("x/plans/done/FEAT-12.md", Place.BODY, in_url=True), "FEAT-12"),
        (Link("plans/c.md", Place.BODY), "plans/old.md"),
        (Link("plans/FEAT-12.md", Place.BODY), "plans/FEAT-12.md"),
        (Link("plans/a.md", Place.BODY), "plans/a.md"),
        (Link("plans/new.md", Place.BODY), "plans/new.md"),
        (Link("FEAT-12", Place.BODY), "FEAT-12"),
        (
            Link("plans/done/FEAT-12.md", Place.BODY, repository="evil/plans"),
            "plans/done/FEAT-12.md",
        ),
    ],
)
def test_a_renamed_plan_is_followed_by_its_id(link: Link, name: str) -> None:
    assert follow_rename(link, [STAYED, ADDED, UNNAMED, MOVED]).name == name
