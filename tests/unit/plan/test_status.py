"""Only a plain `Approved` in plain sight opens the gate; every doubt is *unset*, and says so."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan.lint import LintOptions, approvable, blockers, lint
from bot.plan.markdown import inline_tokens
from bot.plan.model import Status
from bot.plan.parse import parse_plan

STATUS_RULES = {"H001", "H004", "H005", "H006", "H007", "H008", "D003", "D004", "D005"}


def plan_with(header: str, before: str = "", after: str = "\n\n## Why & What\n\nwords\n") -> str:
    return f"{before}# Plan: FEAT-1 — Search\n\n{header}{after}"


APPROVED = [
    "**Status**: Approved",
    "**Status:** Approved",
    "__Status__: Approved",
    "*Status*: Approved",
    "Status: Approved",
    "Status: approved",
    "STATUS: APPROVED",
    "**Status: Approved**",
    "**Status** : Approved",
    "- **Status**: ✅ Approved (2026-01-02)",
    "* Status: Approved",
    "1. Status: Approved",
    "- **Status**: Approved\n- **Complexity**: M",
    "**Status**: **Approved**",
    "**Status**: __approved__",
    "**Status**: *Approved*",
    "**Status**: ✅ **Approved**",
    "**Status**: ✔️ Approved",
    "**Status**: :white_check_mark: Approved",
    "**Status**: 🟢 Approved — by Ann in #12",
    "**Status**:\u00a0Approved\u00a0",
    "**Status**:\tApproved",
    "**Status**\u00a0: ✅\u00a0Approved\u00a0(2026-01-02)\u00a0— by\u00a0Ann",
    "**Status**: Approved  \nwords after a line break",
    "**Status**: Approved\\\nwords after a line break",
    "**Status**: Approved\n**Complexity**: M\n**Team / Ticket**: a / B-1",
    "Status: Approved\nComplexity: M",
    "  **Status**: Approved  ",
    "**Status**: Approved  ← Human sets this manually after reviewing the plan",
    "**Status**: Approved - see the review",
    "**Status**: Approved — see [the review](https://example.org/1)",
    "**Status**: Approved (by [Ann](https://example.org/ann), 2026-01-02)",
    "**Status**: Approved (2026-01-02) — by Ann",
    "**Status**: Approved\\\n**Complexity**: M",
    "**Complexity**: M\n**Status**: Approved\n**Team / Ticket**: a / B-1",
    "**Complexity**: M — `x` and *y*\n**Status**: Approved",
    "**Team / Ticket**: a / [B-1](https://example.org/B-1)\n**Status**: Approved",
    "**Complexity**: M\n\n**Status**: Approved",
    "**Complexity**: M — ~3 days, ~~S~~\n**Status**: Approved\n**Team / Ticket**: a / B-1",
    "> Get Approved status before writing any code.\n\n**Status**: Approved",
    "> **Status**: Draft\n\n**Status**: Approved",
    "<!-- **Status**: Draft -->\n\n**Status**: Approved",
    "```\n**Status**: Draft\n```\n\n**Status**: Approved",
    "<br>\n\n**Status**: Approved",
    "See <https://example.org> and p < 3.\n\n**Status**: Approved",
    '<a id="status"></a>\n\n**Status**: Approved',
]

NOT_APPROVED = [
    "",
    "**Status**:",
    "**Status**: Draft | Approved  ← Human sets this manually after reviewing the plan",
    "**Status**: Approved | Draft",
    "**Status**: Approved / Draft",
    "**Status**: Draft → Approved",
    "**Status**: Draft -> Approved",
    "**Status**: Draft, Approved",
    "**Status**: Draft Approved",
    "**Status**: Not Approved",
    "**Status**: not approved",
    "**Status**: Unapproved",
    "**Status**: Approved?",
    "**Status**: Approved!",
    "**Status**: Approved ✅ maybe",
    "**Status**: Approved (pending legal)",
    "**Status**: Approved — not yet",
    "**Status**: Approved (?)",
    "**Status**: Approved (a) Draft (b)",
    "**Status**: Approved (unclosed",
    "**Status**: Approved-ish",
    "**Status**: Approved by nobody",
    "**Status**: Approve",
    "**Status**: Aproved",
    "**Status**: Approved soon",
    "**Status**: ❌ Approved",
    "**Status**: ⏳ Approved",
    "**Status**: :x: Approved",
    "**Status**: ~~Approved~~",
    "**Status**: ~~Draft~~ Approved",
    "~~**Status**: Approved~~",
    "~~\n**Status**: Approved\n~~",
    "~~struck\n**Status**: Approved\nout~~",
    "[a\n**Status**: Approved\nb](https://example.org)",
    "`code\n**Status**: Approved\nmore`",
    "`code\n**Status**: Approved (\nmore`)",
    "~a\n**Status**: Approved\nb~",
    "~a\n**Status**: Approved\nb: c~",
    "*a\n**Status**: Approved\nb: c*",
    "[a\n**Status**: Approved\nb: c](https://example.org)",
    "`a\n**Status**: Approved\nb: c`",
    "**Status**: Approved — by\u200bAnn",
    "**Status**: Approved — <del>by Ann</del>",
    "a <b\n\n**Status**: Approved",
    "$a\n**Status**: Approved\nb$",
    "**Status**: Approved\npending legal review",
    "- **Status**: Approved\n  pending legal review",
    "**Status**: Approved\n(not really)",
    "**Status**: → Approved",
    "**Status**: ≠ Approved",
    "**Status**: ➡️ Approved",
    "**Status**: Approved\n\n- a\n  - **Status**: Draft",
    "<h2>Old</h2>\n\n**Status**: Approved",
    "<hr>\n\n**Status**: Approved",
    "**bold\n**Status**: Approved**",
    "<del>\n\n**Status**: Approved\n\n</del>",
    "<del>x\n**Status**: Approved\n</del>",
    "words <s>\n**Status**: Approved\n</s>",
    "<details>\n\n**Status**: Approved\n\n</details>",
    "<details><summary>x</summary>\n\n**Status**: Approved\n\n</details>",
    "<div>\n**Status**: Approved\n</div>",
    '<div title="\n\n**Status**: Approved\n\n">',
    "<b></i>\n\n**Status**: Approved",
    "<!-- **Status**: Approved -->",
    "<!--\n**Status**: Approved\n-->",
    "<!--\n\n**Status**: Approved\n",
    "words <!--\n**Status**: Approved\n-->",
    "**Status**: Appr<!-- -->oved",
    "**Status**: <!-- -->Approved",
    "**Status**: Approved <!-- Draft -->",
    "**Status**: <b>Approved</b>",
    "**Status**: Draft<br>Approved",
    "**Status**: &#65;pproved",
    "**Status**: Approved&#63;",
    "**Status**: [Approved](https://example.org)",
    "**Status**: [Approved]",
    "**Status**: `Approved`",
    "**Status**: ![Approved](x.png)",
    "**Status**: \\Approved",
    '**Status**: "Approved"',
    "**Status**: \u0410pproved",
    "**Status**: Appr\u043eved",
    "**Status**: Ap\u200bproved",
    "**Status**: Approved\u200b",
    "**Status**: \u202edevorppA",
    "**Status**: \u202eApproved",
    "**Status**: \uff21pproved",
    "**Status**: Appro\u0301ved",
    "**St\u0430tus**: Approved",
    "**Sta\u200btus**: Approved",
    "**\u0405tatus**: Draft\n**Status**: Approved",
    "**Status**: Draft\n**Status**: Approved",
    "**Status**: Approved\n**Status**: Draft",
    "**Status**: Approved\n**Status**: Approved",
    "**Status**: Approved\n\n- Status: Draft",
    "**Complexity**: M **Status**: Draft\n**Status**: Approved",
    "**Status**: Approved **Status**: Draft",
    "- [ ] **Status**: Approved",
    "- [x] Status: Approved",
    "> **Status**: Approved",
    "> words\n**Status**: Approved",
    "> - words\n**Status**: Approved",
    "- > **Status**: Approved",
    "- a\n  - b\n    - **Status**: Approved",
    "```\n**Status**: Approved\n```",
    "~~~\n**Status**: Approved",
    "    **Status**: Approved",
    "\t**Status**: Approved",
    "| Status | Approved |\n|--------|----------|\n| **Status**: Approved | x |",
    "**Status**: Approved\n|---|",
    "**Status**: Approved\n| --- |",
    "**Status**: Approved\n---",
    "**Status**: Approved\n===",
    "---\n\n**Status**: Approved",
    "***\n**Status**: Approved",
    "## Why\n\n**Status**: Approved",
    "### Notes\n\n**Status**: Approved",
    "# Another\n\n**Status**: Approved",
    "Setext\n---\n\n**Status**: Approved",
    "# Plan: FEAT-2 — Other\n\n**Status**: Approved",
    "[^1]: words\n**Status**: Approved",
    "$$\n**Status**: Approved\n$$",
    "[a]: https://example.org '\n**Status**: Approved\n'",
    "\f**Status**: Approved",
    "words\x0b**Status**: Approved",
    "words\r**Status**: Approved",
    "**Status**: Draft\r**Status**: Approved",
    "**Status**: Approved\rDraft",
    "words\r```\n**Status**: Approved",
    "words\u2028```\n\n**Status**: Approved",
    "words\u2067\n\n**Status**: Approved",
    "\\*\\*Status\\*\\*: Approved",
    "**Status**\\: Approved",
    "Statuses: Approved",
    "**Status** Approved",
    "**Status of the review**: Approved",
    "x" * 30_000 + "\n\n**Status**: Approved",
]


@pytest.mark.parametrize("header", APPROVED)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_plain_approved_is_read(header: str, line_end: str) -> None:
    plan = parse_plan(plan_with(header).replace("\n", line_end))
    assert plan.status is Status.APPROVED
    assert not {found.code for found in lint(plan)} & STATUS_RULES


@pytest.mark.parametrize("header", NOT_APPROVED)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_doubt_is_unset_and_said(header: str, line_end: str) -> None:
    plan = parse_plan(plan_with(header).replace("\n", line_end))
    assert plan.status is Status.UNSET
    assert {found.code for found in lint(plan)} & STATUS_RULES
    assert {found.code for found in blockers(plan)} & STATUS_RULES
    assert not approvable(plan)


@pytest.mark.parametrize(
    "source",
    [
        "**Status**: Approved\n\n# Plan: FEAT-1 — Search\n",
        "# Search\n\n**Status**: Approved\n",
        "## Plan: FEAT-1 — Search\n\n**Status**: Approved\n",
        "**Status**: Approved\n",
        "> # Plan: FEAT-1 — Search\n\n**Status**: Approved\n",
        "- # Plan: FEAT-1 — Search\n\n**Status**: Approved\n",
        "```\n# Plan: FEAT-1 — Search\n```\n\n**Status**: Approved\n",
        "    # Plan: FEAT-1 — Search\n\n**Status**: Approved\n",
        "<!--\n# Plan: FEAT-1 — Search\n-->\n\n**Status**: Approved\n",
        "<details>\n\n# Plan: FEAT-1 — Search\n\n**Status**: Approved\n\n</details>\n",
        "---\n# Plan: FEAT-1 — Search\n\n**Status**: Approved\n\n---\n",
        "---\na: |\n  # Plan: FEAT-1 — Search\n\n  **Status**: Approved\n\n---\n",
        "\\# Plan: FEAT-1 — Search\n\n**Status**: Approved\n",
        "#Plan: FEAT-1 — Search\n\n**Status**: Approved\n",
    ],
)
def test_a_status_without_its_title_is_unset(source: str) -> None:
    plan = parse_plan(source)
    assert plan.status is Status.UNSET
    assert not approvable(plan)
    assert blockers(plan)


@pytest.mark.parametrize(
    "before",
    [
        "\ufeff",
        "---\ntitle: x\n---\n\n",
        "<!-- plan-gate -->\n\n",
        "<p align='center'><img src='x.png'></p>\n\n",
        "```\n# Plan: FEAT-2 — Other\n```\n\n",
        "\n\n",
        "words `<del>`\n\n",
    ],
)
def test_what_stands_before_the_title_may_be_harmless(before: str) -> None:
    assert parse_plan(plan_with("**Status**: Approved", before)).status is Status.APPROVED


@pytest.mark.parametrize(
    "header",
    [
        "**Status**: Draft",
        "Status: draft (waiting for legal)",
        "- **Status:** 📝 Draft — not ready",
        "**Status**: ⏳ **Draft**",
    ],
)
def test_draft_is_read(header: str) -> None:
    assert parse_plan(plan_with(header)).status is Status.DRAFT


def test_a_setext_title_is_a_title() -> None:
    plan = parse_plan("Plan: FEAT-1 — Search\n===\n\n**Status**: Approved\n")
    assert (plan.status, plan.id, plan.title) == (Status.APPROVED, "FEAT-1", "Search")


def test_what_was_seen_is_kept_with_its_place() -> None:
    plan = parse_plan(plan_with("- **Status**: 🟢 Approved, nearly  "))
    assert plan.status_seen == "🟢 Approved, nearly"
    assert plan.status_span
    assert (plan.status_span.line, plan.status_span.column) == (3, 15)


@pytest.mark.parametrize("configured", ["off", "info", "warning"])
@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("**Status**: Draft | Approved", "H006"),
        ("**Status**: Draft\n\n**Status**: Approved", "H008"),
        ("**Status**: Aproved", "H005"),
    ],
)
def test_no_configuration_weakens_an_unset_status(status: str, code: str, configured: str) -> None:
    plan = parse_plan(plan_with(status))
    weak = LintOptions(severities=dict.fromkeys(sorted(STATUS_RULES), configured))
    found = [(one.code, one.severity) for one in lint(plan) if one.code in STATUS_RULES]
    assert code in dict(found)
    assert [(one.code, one.severity) for one in lint(plan, weak) if one.code == code] == [
        one for one in found if one[0] == code
    ]
    assert [one.code for one in blockers(plan, weak) if one.code == code] == [code]
    assert not approvable(plan, weak)


PIECES = [
    *("[B-1](https://example.org/B-1)", "[a](https://", "](", "[", "]", "(", ")", "a", "b: "),
    *("'", '"', "https://example.org", "a@example.org", "![", "<", "*", "_", "`", "\\"),
    *("^", "=", "**b**: "),
]  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(*[st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)] * 2)
def test_an_approved_line_is_never_within_markup(above: str, below: str) -> None:
    header = f"b: {above}\n**Status**: Approved\nb: {below}"
    if parse_plan(f"# Plan: FEAT-1 — Search\n\n{header}\n").status is Status.APPROVED:
        depth = 0
        breaks = []
        for token in inline_tokens(header):
            depth += token.nesting
            breaks += [depth] if token.type in ("softbreak", "hardbreak") else []
        assert breaks == [0, 0]
