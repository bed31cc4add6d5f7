"""What the SQL of a plan says, where it stands, and what its rollback leaves undone."""

import sys
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan.lint import LintOptions, lint
from bot.plan.migration import read_migration
from bot.plan.model import Status
from bot.plan.parse import parse_plan
from bot.plan.sql import read_statement
from bot.plan.statements import Piece, split_statements
from bot.plan.undo import find_undone, write_undo
from bot.plan.words import quoted

HEAD = "# Plan: FEAT-1 — Search\n\n## Data Model Changes\n\n"
APPROVED = LintOptions(Status.APPROVED)
SQL = """\
-- migration
CREATE TABLE cart (id uuid, 漢 text);
ALTER TABLE buyer ADD COLUMN mail text DEFAULT '👩‍💻', DROP COLUMN fax;
CREATE INDEX buyer_mail ON buyer (mail);
BEGIN;
DROP INDEX CONCURRENTLY old;
COMMIT;
SELECT é FORM a b c;
-- rollback:
DROP INDEX buyer_mail;
"""


def undo(migration: str, rollback: str) -> list[str]:
    """Return what the rollback leaves undone, as the statements that would undo it."""
    forward, back = (
        [
            change
            for each in split_statements(text)
            if isinstance(each, Piece)
            for change in read_statement(text[each.start : each.end]).changes
        ]
        for text in (migration, rollback)
    )
    return [write_undo(forward[index]) for index in find_undone(forward, back)]


@pytest.mark.parametrize(
    ("migration", "rollback", "missing"),
    [
        ("CREATE TABLE a.t ()", "", ["DROP TABLE a.t"]),
        ("CREATE TABLE t ()", "DROP TABLE IF EXISTS public.t", []),
        ("CREATE TABLE t ()", "DROP TABLE u", ["DROP TABLE t"]),
        ("CREATE TABLE t ()", "DROP VIEW t", ["DROP TABLE t"]),
        ("CREATE TABLE t (); CREATE INDEX i ON t (a)", "DROP TABLE t", []),
        ("CREATE TABLE t (); CREATE INDEX i ON t (a)", "DROP INDEX i", ["DROP TABLE t"]),
        ("CREATE SEQUENCE s OWNED BY t.c; CREATE TABLE t ()", "DROP TABLE t", []),
        ("CREATE TABLE p PARTITION OF t DEFAULT", "DROP TABLE t", []),
        ("CREATE INDEX i ON t (a)", "DROP TABLE t", []),
        ("CREATE INDEX i ON t (a)", "ALTER TABLE t DROP COLUMN a", []),
        ("CREATE INDEX i ON t (lower(a))", "ALTER TABLE t DROP COLUMN a", []),
        ("CREATE INDEX i ON t (b) WHERE a", "ALTER TABLE t DROP COLUMN a", []),
        ("CREATE INDEX i ON t (a)", "ALTER TABLE u DROP COLUMN a", ["DROP INDEX CONCURRENTLY i"]),
        ("CREATE INDEX ON t (a)", "DROP INDEX t_a_idx", []),
        ("CREATE UNIQUE INDEX i ON t (a)", "ALTER TABLE t DROP CONSTRAINT i", []),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "ALTER TABLE t DROP COLUMN a", []),
        (
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
            "ALTER TABLE u DROP CONSTRAINT c",
            ["ALTER TABLE t DROP CONSTRAINT c"],
        ),
        ("ALTER TABLE t ADD UNIQUE (a, b)", "ALTER TABLE t DROP CONSTRAINT t_a_b_key", []),
        ("ALTER TABLE t DROP COLUMN a", "ALTER TABLE t ADD a int", []),
        ("ALTER TABLE t DROP COLUMN a", "", ["ALTER TABLE t ADD COLUMN a …"]),
        ("ALTER TABLE t ALTER a TYPE text", "ALTER TABLE t ALTER a TYPE int", []),
        (
            "ALTER TABLE t ALTER a TYPE text",
            "ALTER TABLE t ALTER a SET NOT NULL",
            ["ALTER TABLE t ALTER COLUMN a TYPE …"],
        ),
        ("ALTER TABLE t ADD a int; ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t DROP a", []),
        ("ALTER TABLE a RENAME TO b", "ALTER TABLE b RENAME TO a", []),
        ("ALTER TABLE a RENAME TO b", "ALTER TABLE c RENAME TO d", ["ALTER TABLE b RENAME TO a"]),
        ("ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME TO c", "ALTER TABLE c RENAME TO a", []),
        ("ALTER TABLE a RENAME TO b; ALTER TABLE b ADD c int",
         "ALTER TABLE a DROP c; ALTER TABLE b RENAME TO a", []),
        ("CREATE TABLE n (); ALTER TABLE t RENAME TO o; ALTER TABLE n RENAME TO t",
         "ALTER TABLE t RENAME TO n; ALTER TABLE o RENAME TO t; DROP TABLE n", []),
        ("ALTER TABLE t RENAME a TO b", "ALTER TABLE t RENAME b TO a", []),
        ("ALTER TRIGGER g ON t RENAME TO h", "", ["ALTER TRIGGER h ON t RENAME TO g"]),
        ("CREATE TABLE t (); DROP TABLE t", "", []),
        ("DROP VIEW v; CREATE VIEW v AS SELECT 1", "CREATE OR REPLACE VIEW v AS SELECT 2", []),
        ("DROP VIEW v; CREATE VIEW v AS SELECT 1", "DROP VIEW v", []),
        ("DROP VIEW v; CREATE VIEW v AS SELECT 1", "", ["CREATE VIEW v …"]),
        ("DROP INDEX i", "CREATE INDEX CONCURRENTLY i ON t (a)", []),
        ("DROP INDEX i", "ALTER TABLE t ADD CONSTRAINT i UNIQUE (a)", []),
        ("CREATE VIEW v AS SELECT 1", "DROP TABLE t CASCADE", []),
        ("CREATE TYPE t AS ENUM ('a')", "DROP TABLE t CASCADE", ["DROP TYPE t"]),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS ''",
         "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'x'", []),
        ("TRUNCATE t", "", []),
    ],
)  # fmt: skip
def test_what_a_rollback_leaves_undone(migration: str, rollback: str, missing: list[str]) -> None:
    assert undo(migration, rollback) == missing


@pytest.mark.parametrize("fence", ["```sql", "```SQL title='a'", "~~~ postgresql", "``` {.sql}"])
def test_a_block_of_sql(fence: str) -> None:
    plan = parse_plan(f"{HEAD}{fence}\nSELECT 1;\n{fence[:3]}\n")
    assert len(read_migration(plan).statements) == 1


@pytest.mark.parametrize("fence", ["```", "```mysql", "```json", "```plantuml sql"])
def test_no_block_of_sql(fence: str) -> None:
    assert read_migration(parse_plan(f"{HEAD}{fence}\nSELECT 1;\n```\n")).blocks == ()


def test_the_parser_is_loaded_only_for_sql() -> None:
    script = (
        "import sys; from bot.plan.lint import lint; from bot.plan.parse import parse_plan\n"
        "for text in ('N/A', '```sql\\n-- migration\\n-- rollback:\\n```'):\n"
        "    assert lint(parse_plan('# Plan: A-1 — x\\n\\n## Data Model Changes\\n\\n' + text))\n"
        "print('postgast' in sys.modules)"
    )
    done = run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["", "   ", "\t", "- ", "1. ", "-\t", "  - ", "- - "]),
    st.integers(0, len(SQL)),
    st.sampled_from(["", "'", "$$", "\t", "漢", "👩‍💻", "\n\n", ";", "(", "/*", "-- rollback:\n"]),
)
def test_what_is_quoted_stands_in_the_span(margin: str, at: int, snippet: str) -> None:
    source = SQL[:at] + snippet + SQL[at:]
    indent = margin if margin.isspace() else " " * len(margin.expandtabs(4))
    block = f"```sql\n{source}```\n".replace("\n", f"\n{indent}")
    plan = parse_plan(f"{HEAD}{margin}{block}\n")
    for found in lint(plan, APPROVED):
        if found.code.startswith("Q"):
            span = found.span
            line = plan.text.line(span.line)
            assert 1 <= span.column <= span.end_column <= len(line) + 1
            written = line[span.column - 1 : span.end_column - 1]
            assert "“" not in found.message or quoted(written) in found.message


BAIT = {
    "statements": "SELECT 1;\n" * 9_000,
    "a long statement": "SELECT " + "1, " * 100_000 + "1;",
    "quotes": "'" * 300_000,
    "dollars": "$" * 300_001,
    "tags": "".join(f"$a{n}$ " for n in range(40_000)),
    "comments": "/*" * 150_000,
    "lines of comments": "--\n" * 9_000,
    "markers": "-- rollback: N/A\n" * 9_000,
    "a long marker": "-- rollback" + " " * 300_000 + "x",
    "brackets": "(" * 300_000,
    "bodies": "CREATE FUNCTION f() BEGIN ATOMIC;\n" * 9_000,
    "rules": "CREATE RULE r DO (;\n" * 9_000,
    "errors": "CREAT\n;" * 9_000,
    "names": "ALTER TABLE " + "a." * 100_000 + "b ADD c int;",
    "commands": "ALTER TABLE a " + "ADD b int, " * 5_000 + "ADD b int;\n-- rollback:\nSELECT 1;",
    "named commands": "ALTER TABLE a "
    + ", ".join(f"ADD c{n} int" for n in range(3_500))
    + ";\n-- rollback:\nSELECT 1;",
    "renames": "".join(f"ALTER TABLE t{n} RENAME TO t{n + 1};\n" for n in range(499)),
    "indexes": "".join(f"CREATE INDEX i{n} ON t (a);\n" for n in range(499)),
    "spaces": "CREATE OR" + " " * 300_000 + "x",
}


@pytest.mark.parametrize("text", BAIT.values(), ids=BAIT)
def test_bait_is_read_to_its_end(text: str) -> None:
    plan = parse_plan(f"{HEAD}```sql\n{text}\n```\n\n## Events\n\nN/A\n")
    assert plan.refusal is None
    assert lint(plan, APPROVED)
