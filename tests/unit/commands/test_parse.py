"""Which commands a comment holds: those that its reader sees at the start of a line, no others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.parse import MAX_COMMANDS, MAX_LINE, parse_commands

COMMAND = "/plan-exempt hotfix"


def found(text: str) -> list[str]:
    return [f"{command.name} {command.argument}".rstrip() for command in parse_commands(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/plan-exempt hotfix", ["exempt hotfix"]),
        ("/plan-exempt", ["exempt"]),
        ("   /plan-exempt hotfix", ["exempt hotfix"]),
        ("Please:\n/plan-exempt hotfix\nThanks!", ["exempt hotfix"]),
        ("Please:\n   /plan-exempt hotfix", ["exempt hotfix"]),
        ("/Plan-EXEMPT Hotfix", ["exempt Hotfix"]),
        ("/plan-exempt \t hot \t fix  ", ["exempt hot fix"]),
        ("/plan-exempt a\n/plan-check\n\n/plan-exempt b", ["exempt a", "check", "exempt b"]),
        ("/plan-exempt one\r\n/plan-exempt off\r\n", ["exempt one", "exempt off"]),
        ("/plan-exempt one\r/plan-exempt off", ["exempt one", "exempt off"]),
        ("\u00a0/plan-exempt\u00a0hot\u00a0fix", ["exempt hot fix"]),
        ("/plan-exempt `a` **b** [c](d) @e", ["exempt `a` **b** [c](d) @e"]),
        ("/plan-exempt it `ends\nhere`", ["exempt it `ends"]),
        ("/plan-exempt hotfix <!-- why? -->", ["exempt hotfix"]),
        ("/plan-exempt <!-- REASON -->", ["exempt"]),
        ("/plan-status", ["status"]),
        ("/plan-no-such-thing now", ["no-such-thing now"]),
        ("a hard break\\\n/plan-exempt hotfix", ["exempt hotfix"]),
        ("a hard break  \n/plan-exempt hotfix", ["exempt hotfix"]),
        ("**bold\n/plan-exempt hotfix\nstill**", ["exempt hotfix"]),
        ("/plan-exempt hotfix\n---", ["exempt hotfix"]),
        ("/plan-exempt hotfix\n===", ["exempt hotfix"]),
        ("<!-- a note -->\n/plan-exempt hotfix", ["exempt hotfix"]),
        ("<img src='a.png'> shows it\n/plan-exempt hotfix", ["exempt hotfix"]),
        ("<details>\n\nlog\n\n</details>\n\n/plan-exempt hotfix", ["exempt hotfix"]),
        ("see <script> and <b>this</b>\n\n/plan-exempt hotfix", ["exempt hotfix"]),
        ("```\nlog\n```\n/plan-exempt hotfix", ["exempt hotfix"]),
        ("> quoted\n\n/plan-exempt hotfix", ["exempt hotfix"]),
        ("- item\n\n/plan-exempt hotfix", ["exempt hotfix"]),
    ],
)  # fmt: skip
def test_what_a_reader_sees_at_the_start_of_a_line_is_a_command(
    text: str, expected: list[str]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # not at the start of a line
        "Try /plan-exempt hotfix",
        "**/plan-exempt hotfix**",
        "~~/plan-exempt hotfix~~",
        # code
        "    /plan-exempt hotfix",
        "\t/plan-exempt hotfix",
        "prose\n    /plan-exempt hotfix",
        "`/plan-exempt hotfix`",
        "`code\n/plan-exempt hotfix\ncode`",
        "```\n/plan-exempt hotfix\n```",
        "~~~ text\n/plan-exempt hotfix\n~~~",
        "```\n/plan-exempt hotfix",
        "```\nlog\n```\u00a0\n/plan-exempt hotfix",
        # quotes, lists, tables, headings
        "> /plan-exempt hotfix",
        "> quoted\n/plan-exempt hotfix",
        "- /plan-exempt hotfix",
        "- item\n/plan-exempt hotfix",
        "- item\n\n  /plan-exempt hotfix",
        "1. /plan-exempt hotfix",
        "- [ ] /plan-exempt hotfix",
        "/plan-exempt hotfix | b\n---|---",
        "a | b\n---|---\n/plan-exempt hotfix | c",
        "# /plan-exempt hotfix",
        # comments and HTML
        "<!-- /plan-exempt hotfix -->",
        "<!--\n/plan-exempt hotfix\n-->",
        "<!--\n\n/plan-exempt hotfix",
        "prose <!--\n/plan-exempt hotfix\n-->",
        "<div>\n/plan-exempt hotfix\n</div>",
        "<div><!--\n\n/plan-exempt hotfix\n\n--></div>",
        "<div title='\n\n/plan-exempt hotfix\n\n'>",
        "prose <b title='\n/plan-exempt hotfix\n'>",
        # folded away
        "<details>\n\n/plan-exempt hotfix\n\n</details>",
        "<details><summary>log</summary>\n\n/plan-exempt hotfix",
        "<DETAILS open>\n\n/plan-exempt hotfix\n\n</DETAILS>",
        "<details/>\n\n/plan-exempt hotfix",
        "<details>\n<details>\n\n</details>\n\n/plan-exempt hotfix",
        "<details>\n\n```\n</details>\n```\n\n/plan-exempt hotfix",
        "<details>\n\n<p title='</details>'>\n\n/plan-exempt hotfix",
        "<details>\n\n<!-- </details> -->\n\n/plan-exempt hotfix",
        "</details>\n\n<details>\n\n/plan-exempt hotfix",
        "<script>\n</script><details>\n\n/plan-exempt hotfix",
        "see <script> there\n\n<details>\n\n/plan-exempt hotfix",
        "prose <details>\n/plan-exempt hotfix\n</details>",
        "prose <details>\n\n/plan-exempt hotfix",
        "- item <details>\n\n/plan-exempt hotfix",
        # within a link or an image
        "[a\n/plan-exempt hotfix](b)",
        "![a\n/plan-exempt hotfix](b)",
        "![" * 7 + "/plan-exempt \nhotfix" + "](b)" * 7,
        "[a](b 'title\n/plan-exempt hotfix')",
        "[a]: b 'title\n/plan-exempt hotfix'",
        "[a]\n\n[a]: b\n'/plan-exempt hotfix'",
        # look-alikes
        "&#47;plan-exempt hotfix",
        "/plan&#45;exempt hotfix",
        "\\/plan-exempt hotfix",
        "／plan-exempt hotfix",
        "⁄plan-exempt hotfix",
        "/plаn-exempt hotfix",  # a Cyrillic а
        "/plan‐exempt hotfix",  # U+2010
        "/plan-\u200bexempt hotfix",
        "\u200b/plan-exempt hotfix",
        "\u202e/plan-exempt hotfix",
        "/plan-exempt\u200bhotfix",
        "/plan-exempt\u2028hotfix",
        "/plan-exem\u00adpt hotfix",
        "/plan-exempt: hotfix",
        "/plan-exempt.",
        "/plan-",
        "/plan-1",
        "/plan- exempt hotfix",
        "/ plan-exempt hotfix",
        "//plan-exempt hotfix",
        "prose\u2028/plan-exempt hotfix",
        "prose\x0b/plan-exempt hotfix",
        "prose\x0c/plan-exempt hotfix",
    ],
)
def test_what_is_hidden_or_only_looks_like_a_command_is_none(text: str) -> None:
    assert found(text) == []


def test_a_name_is_ascii_whatever_folds_to_it() -> None:
    assert found("/plan-\u017ftatus") == []  # ſ is an s to a pattern that ignores case
    assert found("/plan-chec\u212a") == []  # the Kelvin sign


def test_commands_are_bounded_in_number_and_length() -> None:
    many = "\n".join(f"/plan-exempt {number}" for number in range(30))
    assert found(many) == [f"exempt {number}" for number in range(MAX_COMMANDS)]
    (long,) = parse_commands("/plan-exempt " + "x" * 60_000)
    assert len(long.line) == MAX_LINE
    assert found("x" * 70_000 + f"\n{COMMAND}") == []


def test_the_same_line_twice_is_one_command() -> None:
    assert found("/plan-exempt off\n\n/plan-exempt on\n\n  /plan-exempt off") == [
        "exempt off",
        "exempt on",
    ]


def test_a_line_can_be_kept_in_a_database() -> None:
    (command,) = parse_commands("/plan-exempt \ud800 \x00")
    assert command.line == "/plan-exempt ? \ufffd"


HIDDEN = [
    "```\n{}\n```",
    "~~~~\n{}\n\n~~~\n~~~~",
    "> {}",
    "- {}",
    "7) {}",
    "    {}",
    "`x\n{}\nx`",
    "<!-- {} -->",
    "<!--\n{}\n\n-->",
    "<details>\n\n{}\n\n</details>",
    "<details><summary>a</summary>\n{}\n</details>",
    "<div>\n{}\n</div>",
    "&sol;{}",
    "\u200b{}",
    "\\{}",
    "[a\n{}](b)",
    "| a |\n|---|\n| {} |",
    "## {}",
    "so {}",
    "／{}",  # a full-width slash before the command's own
    "\u2044{}",
    "&#47;{}",
    "<details open>\n\n<details>\n\n</details>\n\n{}\n\n</details>",
    "> > {}",
    "1. a\n\n   {}",
    "- [ ] {}",
    "a | b\n---|---\n{} | c",
    "[a]: b '\n{}'",
]
# Letters of a command that look like others, or have something invisible beside them.
LOOK_ALIKES = [
    ("/", "／"), ("/", "⁄"), ("/", "∕"), ("p", "р"), ("l", "ӏ"), ("a", "а"), ("n", "ո"), ("-", "‐"),
    ("-", "–"), ("-", "−"), ("-", "­-"), ("e", "е"), ("x", "х"), ("m", "ｍ"), ("t", "\u200bt"),
    ("/", "\u200e/"), ("p", "p\u0301"), ("/", "\\/"), ("/", "&sol;"), ("-", "&hyphen;"),
]  # fmt: skip
SHOWN = [
    "{}",
    "  {}",
    "\u00a0{}",
    "prose\n{}\nprose",
    "prose\\\n{}",
    "*prose\n{}\nprose*",
    "<!-- note -->\n{}",
    "{}\n---",
]


@settings(max_examples=1_000)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(HIDDEN + SHOWN),
            st.sampled_from(["\n", "\r\n"]),
            st.sampled_from([None] * 20 + LOOK_ALIKES),
        ),
        max_size=9,
    )
)
def test_exactly_the_visible_commands_are_found(
    pieces: list[tuple[str, str, tuple[str, str] | None]],
) -> None:
    texts, expected = [], []
    for number, (template, line_end, look_alike) in enumerate(pieces):
        command = f"/plan-exempt {number}"
        text = template.format(command.replace(*look_alike) if look_alike else command)
        texts.append(text.replace("\n", line_end))
        if template in SHOWN and look_alike is None:
            expected.append(f"exempt {number}")
    # a paragraph in between, lest a list or an indented line takes what comes after into it
    assert found("\n\nprose\n\n".join(texts)) == expected


@given(st.text(alphabet="/plan-exempt <>`!-'\"[]()|\\\n\r\u00a0&#~*_>detailsdiv", max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for command in parse_commands(text):
        assert command.line.casefold().lstrip("\u00a0 ").startswith(f"/plan-{command.name}")
        assert command.line in text.replace("\r\n", "\n").replace("\r", "\n")
