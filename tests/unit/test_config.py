"""The configuration: strict, with the place of each fault and a way to mend it."""

import re
import typing
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcmatch import glob

from bot.config.load import ConfigError, parse_config
from bot.config.match import matches
from bot.config.schema import Approval, Config, SectionTitle, Tasks
from bot.config.source import MAX_CHARACTERS
from bot.plan.model import SectionName


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "{}"])
def test_nothing_said_is_all_defaults(text: str) -> None:
    assert parse_config(text) == Config()


def test_every_key_can_be_set() -> None:
    config = parse_config(
        """
mode: shadow
plans:
  paths: ["rfc/*.md"]
  exclude: []
  id_pattern: "RFC-[0-9]{4}"
  repository: acme/plans
sections:
  aliases: {"Ereignisse": Events}
  required: {S: ["Why & What", Task Decomposition]}
  extra: [Observability]
gate:
  exempt_paths: ["*.txt"]
  exempt_authors: ["alice"]
  exempt_labels: [hotfix]
  base_branches: ["release/*"]
approval:
  reviews: 2
  approvers: [octocat, "@acme/leads"]
  allow_bots: true
  provenance: enforce
tasks:
  order: off
  link: error
comments: never
rules:
  H006: off
  T007: error
""",
        rules={"H006", "T007"},
    )
    assert config.mode == "shadow"
    assert config.plans.paths == ("rfc/*.md",)
    assert config.plans.exclude == ()
    assert config.plans.id_pattern == "RFC-[0-9]{4}"
    assert config.sections.aliases == {"Ereignisse": "Events"}
    assert config.sections.required == {"S": ("Why & What", "Task Decomposition")}
    assert config.sections.extra == ("Observability",)
    assert config.gate.exempt_paths == ("*.txt",)
    assert config.gate.exempt_authors == ("alice",)
    assert config.gate.base_branches == ("release/*",)
    assert config.plans.repository == "acme/plans"
    assert config.gate.exempt_labels == ("hotfix",)
    assert config.approval == Approval(2, ("octocat", "@acme/leads"), True, "enforce")
    assert config.tasks == Tasks("off", "error")
    assert config.comments == "never"
    assert config.rules == {"H006": "off", "T007": "error"}  # YAML 1.1 would read `off` as false


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("plans: {pathz: []}", 1, 9, "Unknown key `pathz`: did you mean `paths`?"),
        (
            "\nxyz: 1",
            2,
            1,
            "Unknown key `xyz`; known are approval, comments, gate, locked, mode, plans, rules, ",
        ),
        ("mode: shadw", 1, 1, "`mode`: 'shadw' is not one of enforce, shadow"),
        ("rules:\n  H006: maybe", 2, 3, "`rules.H006`: 'maybe' is not one of off, info"),
        ("rules:\n  H0O6: off", 2, 3, "No such rule as `H0O6`: did you mean H006?"),
        ("rules:\n  Q: off", 2, 3, "No such rule as `Q`: see docs/rules/"),
        ("rules: [H006]", 1, 1, "`rules`: expected a mapping, got a list"),
        ("plans:\n  paths: plans/*.md", 2, 3, "`plans.paths`: expected a list, got text"),
        ("gate:\n  exempt_paths:\n    - 1", 3, 7, "`gate.exempt_paths[0]`: expected text"),
        ("mode:", 1, 1, "`mode`: expected text, got nothing"),
        ("# a\n- a", 2, 1, "Expected a mapping of keys, such as `mode: shadow`"),
        ("true", 1, 1, "Expected a mapping of keys"),
        ("mode: enforce\nmode: shadow", 2, 1, "`mode` stands here twice"),
        ("a: &x [1]\nb: *x", 2, 4, "Aliases (`*name`) are not allowed"),
        ("[" * 50, 1, 11, "Nested too deeply"),
        ("x: 'a", 1, 6, "Not YAML: found unexpected end of stream"),
        ("\0", 1, 1, "Not YAML"),
        ("? [a]\n: b", 1, 3, "A key must be a word"),
        ("#" * (MAX_CHARACTERS + 1), 1, 1, "Longer than 16,384 characters"),
        ("plans: {id_pattern: '(a+)+'}", 1, 9, "no ( ) or \\"),
        ("plans: {id_pattern: 'a*a*a*a*'}", 1, 9, "at most three repetitions"),
        ("plans: {id_pattern: 'A?A?A?A?A'}", 1, 9, "at most three repetitions"),
        ('mode: "\\UFFFFFFFF"', 1, 1, "Not YAML: a number or an escape"),
        ("%YAML 1." + "1" * 5_000, 1, 1, "Not YAML"),
        ('mode: "\ud800"', 1, 1, "no proper Unicode"),
        ("rules: {H006: {a: b}}", 1, 9, "`rules.H006`: expected text, got a mapping"),
        ("gate: {exempt_paths: [a, '**/a/**/b/**']}", 1, 26, "two `**` and six `*`"),
        ("gate: {exempt_paths: ['" + "x" * 201 + "']}", 1, 23, "200 characters"),
        ("gate: {exempt_paths: [" + "a," * 101 + "]}", 1, 8, "more than 100 globs"),
        ("sections: {alias: {}}", 1, 12, "Unknown key `alias`: did you mean `aliases`?"),
        (
            "sections:\n  aliases:\n    a: Events\n    b.c: Evnts",
            *(4, 5),
            "`sections.aliases.b.c`: 'Evnts' is not one of Why & What, Services",
        ),
        ("sections: {aliases: {a: Evnts}}", 1, 22, "Definition of Done; did you mean Events?"),
        ("sections: {aliases: {a: [b]}}", 1, 22, "`sections.aliases.a`: expected text, got a list"),
        ("sections: {aliases: [a]}", 1, 12, "`sections.aliases`: expected a mapping, got a list"),
        ("sections: {aliases: {'—': Events}}", 1, 22, "'—' is no heading"),
        ("sections:\n  required:\n    s: []", 3, 5, "`sections.required`: 's' is not one of S, M"),
        (
            "sections:\n  required:\n    S: [Events]\n    M: [Events, Events, Risks]",
            *(4, 25),
            "`sections.required.M[2]`: 'Risks' is not one of Why & What",
        ),
        (
            "sections: {required: {S: all}}",
            1,
            23,
            "`sections.required.S`: expected a list, got text",
        ),
        ('sections: {required: {"\'s": []}}', 1, 12, "is not one of S, M, L, XL"),
        ("sections: {extra: [a, '']}", 1, 23, "'' is no heading"),
        ("sections: {extra: [1]}", 1, 20, "`sections.extra[0]`: expected text"),
        ("plans: {id_pattern: '[a'}", 1, 9, "is no pattern: unterminated"),
        ("plans: {id_pattern: 'a*'}", 1, 9, "matches nothing at all"),
        (
            "plans: {repository: plans}",
            *(1, 9),
            "`plans.repository`: expected a repository's full name, such as `acme/plans`",
        ),
        ("plans: {repository: acme/..}", 1, 9, "expected a repository's full name"),
        ("plans: {repository: [a]}", 1, 9, "`plans.repository`: expected text or null, got a list"),
        (
            "approval:\n  reviews: 11",
            *(2, 3),
            "`approval.reviews`: expected a whole number of at most 10",
        ),
        ("approval: {reviews: -1}", 1, 12, "expected a whole number of at least 0"),
        ("approval: {reviews: two}", 1, 12, "expected a whole number, got text"),
        ("approval: {allow_bots: yes}", 1, 12, "expected true or false, got text"),
        (
            "approval: {approvers: [octocat, 'dependabot[bot]']}",
            *(1, 33),
            "`approval.approvers[1]`: expected a person's login such as `octocat`, or a team such",
        ),
        ("approval: {approvers: ['@octocat']}", 1, 24, "or a team such as `@acme/leads`, no Bot"),
        ("approval: {approvers: [acme/leads]}", 1, 24, "or a team such as `@acme/leads`, no Bot"),
        ("approval: {approver: []}", 1, 12, "Unknown key `approver`: did you mean `approvers`?"),
        ("approval: {provenance: on}", 1, 12, "'on' is not one of record, enforce"),
        ("tasks: {order: warning}", 1, 9, "'warning' is not one of off, warn, error; did you mean"),
        ("gate: {exempt_authors: ['@me']}", 1, 25, "expected a login, such as `octocat` or `dep"),
        (
            "gate: {exempt_labels: [a, '']}",
            1,
            27,
            "`gate.exempt_labels[1]`: expected a label's name",
        ),
        ('gate: {exempt_labels: ["a\\n"]}', 1, 24, "expected a label's name"),
        (
            "gate: {exempt_labels: [" + "a," * 101 + "]}",
            *(1, 8),
            "`gate.exempt_labels`: expected a list of at most 100 entries",
        ),
        ("rules: {G005: off}", 1, 9, "`G005` cannot be configured: the rules of group G are the"),
    ],
)
def test_a_fault_has_its_place_and_a_mend(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        parse_config(text, rules={"H006"})
    assert (caught.value.line, caught.value.column) == (line, column)


def test_scalars_are_read_as_yaml_1_2() -> None:
    with pytest.raises(ConfigError, match="got a whole number"):
        parse_config("mode: 12")
    with pytest.raises(ConfigError, match="'12' is not one of"):
        parse_config("mode: '12'")
    with pytest.raises(ConfigError, match="got a boolean"):
        parse_config("mode: true")


def test_the_sections_are_those_of_the_plan_language() -> None:
    assert typing.get_args(SectionTitle) == tuple(SectionName)


@given(st.text(alphabet=st.sampled_from("ab:[]{}&*!|>-?'\"#,\n \t%@`0\0é")))
def test_any_text_is_a_configuration_or_one_clear_error(text: str) -> None:
    with suppress(ConfigError):
        parse_config(text)


@pytest.mark.parametrize(
    ("path", "patterns", "expected"),
    [
        ("plans/FEAT-1.md", ["plans/**/*.md"], True),
        ("plans/a/b/FEAT-1.md", ["plans/**/*.md"], True),
        ("src/plans/FEAT-1.md", ["plans/**/*.md"], False),
        ("README.md", ["**/README.md"], True),
        ("a/b/README.md", ["**/README.md"], True),
        ("docs/a.txt", ["docs/**"], True),
        ("docs/.hidden/a", ["docs/**"], True),
        ("docsx/a", ["docs/**"], False),
        ("LICENSE-MIT", ["LICENSE*"], True),
        ("x/LICENSE", ["LICENSE*"], False),
        ("a/b.md", ["*.md"], False),
        ("Plans/FEAT-1.md", ["plans/**/*.md"], False),
        ("release/1.0", ["release/*"], True),
        ("anything", [], False),
        ("a!b", ["!a"], False),
        ("~/x", ["~/*"], True),
    ],
)
def test_globs(path: str, patterns: list[str], expected: bool) -> None:
    assert matches(path, patterns) is expected


_PIECES = st.sampled_from(
    ["a", "b", ".", "/", "*", "**", "?", "[ab]", "[!a]", "!", "|", "{a,b}", "~"]
)


@given(st.text("ab./!\n"), st.lists(st.lists(_PIECES, min_size=1).map("".join), max_size=3))
def test_globs_are_those_of_the_library(path: str, patterns: list[str]) -> None:
    flags = glob.GLOBSTAR | glob.DOTGLOB | glob.FORCEUNIX | glob.NOUNIQUE
    expected = any(glob.globmatch(path, pattern, flags=flags) for pattern in patterns)
    assert matches(path, patterns) is expected
