"""What people read: complete, within GitHub's limits, and safe whatever it quotes."""

import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.gate.approval import Counted, Gap, NoHuman, WhyNot
from bot.gate.facts import Finding
from bot.gate.links import Place
from bot.gate.verdict import (
    ApprovalOutdated,
    ApprovalUnproven,
    ApprovalUnreviewed,
    ApprovedByBot,
    ChangedAfterApproval,
    Conclusion,
    ConfigBroken,
    ExemptAuthor,
    ExemptByPerson,
    ExemptionEnded,
    ExemptLabel,
    GroupUncovered,
    KeyLocked,
    LabelNotCounted,
    LinksDiffer,
    NoPlanLinked,
    NoRight,
    NotEvaluated,
    OnlyExemptFiles,
    PlanAmbiguous,
    PlanApproved,
    PlanElsewhere,
    PlanHasErrors,
    PlanInvalid,
    PlanNotApproved,
    PlanOnlyHere,
    PlanRemoved,
    PlansUnreadable,
    PlansValid,
    PlanUnknown,
    PlanWithdrawn,
    ProposedConfigBroken,
    Reason,
    TaskLoose,
    TaskTaken,
    TaskTooEarly,
    TaskUnknown,
    Unchecked,
    Verdict,
)
from bot.plan.diagnostics import Severity
from bot.report.check_run import (
    MAX_ANNOTATIONS,
    MAX_SUMMARY,
    MAX_TITLE,
    digest_mark,
    render_check_run,
)
from bot.report.comment import MARKER, MAX_COMMENT, render_comment
from bot.report.judged import Judged
from bot.report.manual import about
from bot.report.markdown import code, escape, fit, link, visible
from bot.report.site import Site
from bot.report.steps import next_step
from bot.report.titles import headline, title
from bot.report.why import why
from tests.unit.gate.build import (
    ANN,
    APPROVED,
    BOT,
    DRAFT,
    EVE,
    INVALID,
    OTHER,
    PROBLEM,
    UNSET,
    claim,
    exemption,
    overridden,
    proof,
    review,
)

SITE = Site("https://github.com", "acme/shop")
PROVENANCE = proof(BOT, review())[APPROVED.path]
COUNTED = (Counted(review(), None), Counted(review(EVE, "DISMISSED"), WhyNot.DISMISSED))
BLOCKING: list[Reason] = [
    ConfigBroken(PROBLEM, "main"),
    ConfigBroken(replace(PROBLEM, repository="acme/.github"), "main"),
    ProposedConfigBroken(PROBLEM),
    Unchecked("a limit"),
    PlanHasErrors(INVALID),
    NoPlanLinked("src/a.py"),
    PlanUnknown("FEAT-9", "main"),
    PlanOnlyHere(DRAFT, "main"),
    PlanNotApproved(DRAFT, "main", approved_here=False),
    PlanNotApproved(UNSET, "main", approved_here=True),
    PlanInvalid(INVALID, "main"),
    PlanWithdrawn(APPROVED, "main", removed=True),
    PlanWithdrawn(APPROVED, "main", removed=False),
    PlanAmbiguous("FEAT-12", ("plans/a.md", "plans/b.md"), "main"),
    PlansUnreadable("acme/plans"),
    PlanElsewhere("FEAT-12", "evil/plans", "acme/plans"),
    *[ApprovedByBot(APPROVED, why_not, BOT) for why_not in NoHuman],
    ApprovedByBot(APPROVED, NoHuman.SET_BY_UNKNOWN, None),
    ApprovalUnreviewed(APPROVED, 1, ()),
    ApprovalUnreviewed(APPROVED, 2, COUNTED, ("ann", "@acme/leads")),
    ApprovalOutdated(APPROVED, ("Why & What", "Events"), "main"),
    ChangedAfterApproval(APPROVED, ("Rollback Plan",), 1, ()),
    ChangedAfterApproval(APPROVED, ("Title", "Events"), 2, COUNTED, ("ann",)),
    *[ApprovalUnproven(APPROVED, "main", gap, PROVENANCE) for gap in Gap],
    ApprovalUnproven(APPROVED, "main", Gap.UNKNOWN, None),
    TaskUnknown(APPROVED, 8),
    TaskTooEarly(APPROVED, 3, (1, 2), blocks=True),
    TaskTaken(APPROVED, 1, claim(1, 3), blocks=True),
    GroupUncovered("src/a.py"),
    NotEvaluated("GitHub answered 502", "ABCD:1234"),
    NotEvaluated("an internal error", ""),
]
PASSING: list[Reason] = [
    OnlyExemptFiles(),
    ExemptAuthor("dependabot[bot]"),
    PlansValid((DRAFT, OTHER)),
    PlanRemoved(("plans/a.md", "plans/b.md")),
    PlanApproved(APPROVED, "main"),
    PlanApproved(APPROVED, "main", PROVENANCE),
    ExemptLabel("no-plan", "ann"),
    ExemptByPerson(exemption()),
]
DIFFERS = LinksDiffer("FEAT-12", Place.BRANCH, "FEAT-13")
ASIDES: list[Reason] = [
    DIFFERS,
    TaskLoose(3),
    TaskTooEarly(APPROVED, 2, (1,), blocks=False),
    TaskTaken(APPROVED, 1, claim(1, 9, merged=True), blocks=False),
    ExemptionEnded(exemption()),
    *[LabelNotCounted("no-plan", ANN.login, no_right) for no_right in NoRight],
    LabelNotCounted("no-plan", "", NoRight.UNKNOWN),
    KeyLocked(overridden("approval.reviews")),
]


def run(*reasons: Reason, **more: object) -> Judged:
    return Judged(7, "Change", replace(Verdict(tuple(reasons)), **more))  # type: ignore[arg-type]


def page(text: str) -> str:
    """The text as GitHub would show it, without what stands in code."""
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    return re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)


def test_who_is_blocked_sees_the_first_reason_and_its_next_step_and_the_others_folded() -> None:
    summary = render_check_run([run(*BLOCKING)], SITE, "pull acme/shop#7").summary
    seen, _, folded = summary.partition("<details>")
    assert seen.count("**Next step:**") == 1
    assert folded.startswith(f"<summary>{len(BLOCKING) - 1} more reasons</summary>\n\n")
    assert why(BLOCKING[1], SITE) in folded
    assert "| Plan | Status | Findings |" in folded
    assert folded.count("</details>") == 1


def test_the_comment_shows_the_first_reason_and_folds_the_others() -> None:
    comment = render_comment(run(*BLOCKING), SITE, standing=False) or ""
    seen, _, folded = comment.partition("<details>")
    assert seen.count("**Next step:**") == 1
    assert folded.startswith(f"<summary>{len(BLOCKING) - 1} more reasons</summary>\n\n")
    assert why(BLOCKING[1], SITE) in folded
    assert why(BLOCKING[-1], SITE) not in folded
    assert folded.endswith("The check *Plan gate* shows the others.\n\n</details>")


@pytest.mark.parametrize("reason", BLOCKING, ids=lambda reason: type(reason).__name__)
def test_what_blocks_says_what_why_and_what_to_do(reason: Reason) -> None:
    assert title(reason)
    assert why(reason, SITE).endswith((".", "?", "…"))
    assert (next_step(reason, SITE) or "").endswith(".")
    check = render_check_run([run(reason)], SITE, "pull acme/shop#7")
    assert check.conclusion is Conclusion.FAILURE
    step = next_step(reason, replace(SITE, number=7))
    told = check.summary.split("\n\n")[1]
    assert told == f"**Next step:** {step} [About this verdict]({about(reason)})."
    comment = render_comment(run(reason), SITE, standing=False)
    assert comment is not None
    assert comment.startswith(f"{MARKER}\n⛔ **Plan Gate:** ")
    assert "**Next step:**" in comment


def test_a_draft_s_open_questions_come_before_its_approval() -> None:
    asked = Finding("O001", "question-unanswered", Severity.INFO, 9, 1, 9, 9, "No answer")
    plan = replace(DRAFT, findings=(asked, asked))
    step = next_step(PlanNotApproved(plan, "main", approved_here=False), SITE) or ""
    assert step.startswith("Answer its 2 open questions. After its review, ")


def test_what_a_plan_elsewhere_says_is_quoted_nowhere() -> None:
    plan = replace(INVALID, title="The secret launch")
    for reason in (PlanInvalid(plan, "main"), PlanNotApproved(plan, "main", approved_here=False)):
        judged = run(reason, home="acme/plans")
        comment = render_comment(judged, SITE, standing=True) or ""
        for text in (render_check_run([judged], SITE, "x").summary, comment):
            assert "secret" not in text
            assert plan.errors[0].message not in text
            assert "`acme/plans`" in text


def test_what_is_to_be_mended_on_the_branch_can_be_edited_there_unless_it_is_a_forks() -> None:
    judged = replace(run(PlanHasErrors(INVALID)), head_ref="feature/a b")
    url = f"{SITE.url}/acme/shop/edit/feature/a%20b/{INVALID.path}"
    for text in (
        render_check_run([judged], SITE, "x").summary,
        render_comment(judged, SITE, standing=False) or "",
    ):
        assert f"[`{INVALID.path}`]({url})" in text
    forked = render_check_run([replace(judged, head_ref="")], SITE, "x").summary
    assert f"Mend the annotated lines of `{INVALID.path}` and push." in forked


@pytest.mark.parametrize("reason", PASSING, ids=lambda reason: type(reason).__name__)
def test_what_passes_asks_for_nothing(reason: Reason) -> None:
    assert title(reason)
    assert why(reason, SITE)
    assert next_step(reason, SITE) is None
    check = render_check_run([run(reason)], SITE, "pull acme/shop#7")
    assert check.conclusion is Conclusion.SUCCESS
    assert "Next step" not in check.summary
    assert render_comment(run(reason), SITE, standing=False) is None
    standing = render_comment(run(reason), SITE, standing=True)
    assert standing is not None
    assert standing.count("\n") == 1


@pytest.mark.parametrize("reason", ASIDES, ids=lambda reason: type(reason).__name__)
def test_what_is_only_worth_saying_decides_nothing(reason: Reason) -> None:
    assert title(reason)
    assert Verdict((reason,)).blocked
    for decisive in (PASSING[0], BLOCKING[0]):
        beside = render_check_run([run(reason, decisive)], SITE, "x")
        alone = render_check_run([run(decisive)], SITE, "x")
        assert (beside.title, beside.conclusion) == (alone.title, alone.conclusion)
        assert why(reason, SITE) in beside.summary


def test_every_kind_of_reason_is_told_of() -> None:
    told = {type(reason) for reason in (*BLOCKING, *PASSING, *ASIDES)}
    assert told == set(get_args(Reason))


def test_links_that_differ_are_told_beside_what_blocks() -> None:
    reasons = (PlanNotApproved(DRAFT, "main", approved_here=False), DIFFERS)
    summary = render_check_run([run(*reasons)], SITE, "x").summary
    assert "The branch names `FEAT-13`, but `FEAT-12` was named first and counts." in summary


def test_several_approved_plans_are_named_together() -> None:
    reasons = [PlanApproved(APPROVED, "main"), PlanApproved(OTHER, "main")]
    assert headline(Verdict((*reasons, DIFFERS))) == "FEAT-12 and FEAT-13 are Approved"
    many = Verdict(tuple(PlanApproved(APPROVED, "main") for _ in range(5)))
    assert headline(many) == "FEAT-12, FEAT-12, FEAT-12 and 2 more are Approved"


def test_shadow_mode_is_said() -> None:
    judged = run(NoPlanLinked("a.py"), shadow=True)
    check = render_check_run([judged], SITE, "x")
    assert check.conclusion is Conclusion.NEUTRAL
    assert check.title == "Would block: No plan linked"
    assert "Shadow mode" in check.summary
    assert "👀" in (render_comment(judged, SITE, standing=False) or "")


def test_pull_requests_that_share_a_head_are_shown_together() -> None:
    judged = [
        Judged(1, "Fine", Verdict((OnlyExemptFiles(),))),
        Judged(2, "Not *fine*", Verdict((NoPlanLinked("a.py"),))),
    ]
    check = render_check_run(judged, SITE, "x")
    assert check.conclusion is Conclusion.FAILURE
    assert check.title == "#2: No plan linked"
    assert "### #1 `Fine`" in check.summary
    assert "### #2 `Not *fine*`" in check.summary
    assert render_check_run(judged[:1] * 2, SITE, "x").title == title(OnlyExemptFiles())


def test_the_table_lists_each_plan_once() -> None:
    judged = run(PlanNotApproved(DRAFT, "main", approved_here=False), touched=(DRAFT, INVALID))
    summary = render_check_run([judged], SITE, "x").summary
    rows = [line for line in summary.splitlines() if line.startswith("| `")]
    assert rows == [
        "| `FEAT-12` `One-page checkout` | Draft | none |",
        "| `FEAT-12` `One-page checkout` | Approved | 2 errors |",
    ]


def test_what_a_finding_quotes_stays_text() -> None:
    quoted = found(message="Task `<img src=x>` @everyone [a](http://b)")
    plan = replace(INVALID, findings=(quoted,))
    for reason in (PlanHasErrors(plan), PlanInvalid(plan, "main")):
        html = page(why(reason, SITE))
        assert "<img" not in html
        assert "@everyone" not in html
        assert 'href="http://b"' not in html


def found(*place: int, **more: object) -> Finding:
    line, column, end_line, end_column = place or (3, 5, 3, 9)
    error = Severity.ERROR
    plain = Finding("T004", "unknown", error, line, column, end_line, end_column, "Mend it")
    return replace(plain, **more)  # type: ignore[arg-type]


def test_annotations_carry_place_level_and_notes() -> None:
    findings = (
        found(1, 1, 1, 1, severity=Severity.INFO),
        found(2, 1, 4, 2, severity=Severity.WARNING),
        found(more=("Line 9: first here",)),
    )
    judged = run(PlansValid((DRAFT,)), touched=(replace(DRAFT, findings=findings),))
    error, warning, notice = render_check_run([judged], SITE, "x").annotations
    assert (error.annotation_level, error.start_line, error.start_column, error.end_column) == (
        "failure",
        3,
        5,
        8,
    )
    assert error.message == "Mend it\nLine 9: first here"
    assert error.title == "T004 unknown"
    assert (warning.annotation_level, warning.end_line, warning.start_column) == (
        "warning",
        4,
        None,
    )
    assert (notice.annotation_level, notice.start_column, notice.end_column) == ("notice", 1, 1)


def test_an_annotation_says_more_below_its_message() -> None:
    suggestion = "Suggestion: Write Draft\n**Status**: draft"
    judged = run(
        PlansValid((DRAFT,)), touched=(replace(DRAFT, findings=(found(more=(suggestion,)),)),)
    )
    [annotation] = render_check_run([judged], SITE, "x").annotations
    assert annotation.message == f"Mend it\n{suggestion}"


def test_too_many_annotations_are_counted_not_sent() -> None:
    findings = tuple(found(n, 1, n, 2) for n in range(1, MAX_ANNOTATIONS + 8))
    judged = run(PlansValid((DRAFT,)), touched=(replace(DRAFT, findings=findings),))
    check = render_check_run([judged], SITE, "x")
    assert len(check.annotations) == MAX_ANNOTATIONS
    assert "7 more findings are not shown." in check.summary


def test_a_broken_configuration_is_annotated() -> None:
    (annotation,) = render_check_run([run(ProposedConfigBroken(PROBLEM))], SITE, "x").annotations
    assert (annotation.path, annotation.start_line) == (".github/plan-gate.yml", 3)


def test_github_limits_hold_whatever_the_size() -> None:
    huge = "é" * 100_000
    reasons: list[Reason] = [PlanUnknown(f"{n}{huge}", "main") for n in range(2_000)]
    reasons.append(Unchecked(huge))
    plans = tuple(replace(DRAFT, path=f"plans/{n}{'x' * 200}.md") for n in range(2_000))
    judged = [run(*reasons, touched=plans) for _ in range(20)]
    check = render_check_run(judged, SITE, "pull " + huge)
    assert len(check.title) <= MAX_TITLE
    assert len(check.external_id) <= MAX_TITLE
    assert len(check.summary.encode()) <= MAX_SUMMARY
    comment = render_comment(judged[0], SITE, standing=False) or ""
    assert len(comment) <= MAX_COMMENT


def test_the_digest_tells_verdicts_apart_and_only_them() -> None:
    one = render_check_run([run(NoPlanLinked("a.py"))], SITE, "x")
    same = render_check_run([run(NoPlanLinked("a.py"))], SITE, "x")
    other = render_check_run([run(NoPlanLinked("b.py"))], SITE, "x")
    elsewhere = render_check_run([run(NoPlanLinked("a.py"))], SITE, "y")
    assert digest_mark(one.summary) == digest_mark(same.summary) != ""
    assert len({digest_mark(c.summary) for c in (one, other, elsewhere)}) == 3
    assert digest_mark("<!-- plan-gate 0 --> forged, then other words" + "." * 200) == ""
    assert digest_mark("") == ""


@given(st.text(max_size=80))
def test_hostile_text_stays_text(text: str) -> None:
    for shown in (code(text), escape(text)):
        assert "\n" not in shown
        html = page(f"before {shown} after")
        assert html.startswith("<p>before ")
        assert html.endswith(" after</p>\n")
        assert re.findall(r"<(?!/?p>)", html) == []
    assert page(f"| a |\n|---|\n| {code(text)} |").count("<td>") == 1


@pytest.mark.parametrize(
    "text",
    [
        "@everyone",
        "fixes #12",
        "https://evil.example",
        "www.evil.example",
        "<b>",
        "[a](b)",
        "![a](b)",
    ],
)
def test_plain_words_mention_and_link_nothing(text: str) -> None:
    shown = escape(text)
    assert not re.search(r"@\w|#\d|://\w|www\.|(?<!\\)[<\[]", shown)


def test_small_pieces() -> None:
    assert visible("a\u202eb\u200bc\r\nd\te\0") == "abc d e"
    assert visible("x" * 300) == "x" * 199 + "…"
    assert code("") == "` `"
    assert code("a`b``c") == "``` a`b``c ```"
    assert link("a]b[", "u") == "[`a)b(`](u)"
    assert SITE.file("plans/a b#1?.md", "rel/1") == (
        "[`plans/a b#1?.md`](https://github.com/acme/shop/blob/rel/1/plans/a%20b%231%3F.md)"
    )
    assert fit("short", 10) == "short"
    assert fit("é" * 100, 60).encode().__len__() <= 60
