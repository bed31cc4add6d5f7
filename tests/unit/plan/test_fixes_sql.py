"""The fixes that write a rollback, and the column of a services table: what stands there after."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan.lint import LintOptions, lint
from bot.plan.mend import mend
from bot.plan.model import Status
from bot.plan.parse import parse_plan

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n\n## Data Model Changes\n\n"
SERVICES = "## Services / Modules Affected\n\n"
APPROVED = LintOptions(Status.APPROVED)
# Data that nothing undoes, so that the rollback is there and lacks all the rest.
BEGUN = "\n-- rollback:\nUPDATE u SET a = 1;"
BACK_AND_FORTH = f"```sql\nCREATE TABLE t ();{BEGUN}\n-- migration:\n"


def mended(source: str, *codes: str) -> str:
    """A source after the unsafe fixes of some rules."""
    return mend(
        source,
        parse_plan,
        lambda plan: tuple(each for each in lint(plan, APPROVED) if each.code in codes),
        unsafe=True,
    )


def found(source: str, *codes: str) -> list[str]:
    """What some rules find in a source."""
    return [each.code for each in lint(parse_plan(source), APPROVED) if each.code in codes]


def fenced(sql: str) -> str:
    return f"{HEAD}```sql\n{sql}\n```\n"


INVERSES = {
    "CREATE TABLE a.t (id int);": "DROP TABLE a.t;",
    'CREATE TABLE "x.y" ();': 'DROP TABLE "x.y";',
    "CREATE TABLE t (a int); CREATE INDEX i ON t (a);": "DROP TABLE t;",
    "ALTER TABLE t ADD COLUMN a int;": "ALTER TABLE t DROP COLUMN a;",
    "ALTER TABLE t ADD a int, ADD CONSTRAINT c CHECK (b > 0);": (
        "ALTER TABLE t DROP CONSTRAINT c;\nALTER TABLE t DROP COLUMN a;"
    ),
    "CREATE INDEX CONCURRENTLY i ON t (a);": "DROP INDEX CONCURRENTLY i;",
    "CREATE INDEX CONCURRENTLY i ON s.t (a);": "DROP INDEX CONCURRENTLY s.i;",
    'CREATE INDEX CONCURRENTLY i ON "s.x".t (a);': 'DROP INDEX CONCURRENTLY "s.x".i;',
    "CREATE TYPE e AS ENUM ('a');": "DROP TYPE e;",
    "CREATE DOMAIN d AS int;": "DROP DOMAIN d;",
    "CREATE SEQUENCE s;": "DROP SEQUENCE s;",
    "CREATE VIEW v AS SELECT 1;": "DROP VIEW v;",
    "CREATE MATERIALIZED VIEW v AS SELECT 1;": "DROP MATERIALIZED VIEW v;",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1;';": "DROP FUNCTION f;",
    "CREATE TRIGGER g AFTER INSERT ON a.t EXECUTE FUNCTION f();": "DROP TRIGGER g ON a.t;",
    "CREATE SCHEMA s; CREATE TABLE s.t ();": "DROP TABLE s.t;\nDROP SCHEMA s;",
    "ALTER TABLE t ADD CONSTRAINT C UNIQUE (a);": "ALTER TABLE t DROP CONSTRAINT c;",
    "ALTER TABLE s.t RENAME TO o;": "ALTER TABLE s.o RENAME TO t;",
    'ALTER TABLE "x.y" RENAME TO z;': 'ALTER TABLE z RENAME TO "x.y";',
    "ALTER TABLE t RENAME a TO b;": "ALTER TABLE t RENAME COLUMN b TO a;",
    "ALTER TABLE t RENAME TO o; ALTER TABLE o ADD a int;": (
        "ALTER TABLE o DROP COLUMN a;\nALTER TABLE o RENAME TO t;"
    ),
    "ALTER TABLE t ALTER a SET NOT NULL;": "ALTER TABLE t ALTER COLUMN a DROP NOT NULL;",
    "CREATE TABLE t (); ALTER TABLE u DROP COLUMN a;": "DROP TABLE t;",
}


@pytest.mark.parametrize(("sql", "inverse"), INVERSES.items(), ids=INVERSES)
def test_a_rollback_is_written(sql: str, inverse: str) -> None:
    assert mended(fenced(sql), "Q005") == fenced(f"{sql}\n-- rollback:\n{inverse}")
    assert mended(fenced(sql + BEGUN), "Q006") == fenced(f"{sql}{BEGUN}\n{inverse}")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE t SET a = 1;",
        "ALTER TABLE t DROP COLUMN a;",
        "DROP INDEX CONCURRENTLY i;",
        "ALTER TABLE t ALTER a TYPE text;",
        "ALTER TABLE t ALTER a SET DEFAULT 1;",
        "CREATE INDEX CONCURRENTLY ON t (lower(a));",
        "ALTER TABLE t ADD UNIQUE (a);",
        "CREATE OR REPLACE VIEW v AS SELECT 1;",
        "CREATE FOREIGN TABLE t () SERVER s;",
        "CREATE AGGREGATE g (int) (SFUNC = f, STYPE = int);",
        "CREATE TABLE t (); ALTER TABLE t RENAME TO u;",
        "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO v;",
        'CREATE TABLE "a\n```\nb" ();',
    ],
)
def test_no_inverse_is_plain(sql: str) -> None:
    for source, code in ((fenced(sql), "Q005"), (fenced(sql + BEGUN), "Q006")):
        assert mended(source, code) == source


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t (); DO 'x';",
        "CREATE TABLE t (); CREATE TABEL u ();",
        "CREATE TABLE t (); /*",
        "".join(f"CREATE TABLE t{n} ();\n" for n in range(51)),
    ],
)
def test_no_rollback_is_written_for_what_is_not_read(sql: str) -> None:
    assert found(fenced(sql), "Q005") == ["Q005"]
    assert mended(fenced(sql), "Q005") == fenced(sql)


@pytest.mark.parametrize("back", ["ALTER TABLE b RENAME TO a;", "DROP TABEL t;", "DROP TABLE u /*"])
def test_no_rollback_is_completed_that_is_not_plain(back: str) -> None:
    source = fenced(f"CREATE TABLE t ();\n-- rollback:\n{back}")
    assert found(source, "Q006") == ["Q006"]
    assert mended(source, "Q006") == source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "```sql\nCREATE TABLE t ()\n```\n",
            "```sql\nCREATE TABLE t ();\n-- rollback:\nDROP TABLE t;\n```\n",
        ),
        (
            "```sql\nCREATE TABLE t (); -- new\n\n-- rollback:\n```\n",
            "```sql\nCREATE TABLE t (); -- new\n\n-- rollback:\nDROP TABLE t;\n```\n",
        ),
        (
            "```sql\nCREATE TABLE t () -- new\n-- rollback:\n```\n",
            "```sql\nCREATE TABLE t (); -- new\n-- rollback:\nDROP TABLE t;\n```\n",
        ),
        (
            "```sql\nCREATE TABLE t ();\n```\n\nRollback:\n\n~~~sql\n-- soon\n~~~\n",
            "```sql\nCREATE TABLE t ();\n```\n\nRollback:\n\n~~~sql\n-- soon\nDROP TABLE t;\n~~~\n",
        ),
        (
            "- First\n\n  ```sql\n  CREATE TABLE t ()\n  ```\n",
            "- First\n\n  ```sql\n  CREATE TABLE t ();\n  -- rollback:\n  DROP TABLE t;\n  ```\n",
        ),
        (
            f"{BACK_AND_FORTH}```\n",
            f"{BACK_AND_FORTH}-- rollback:\nDROP TABLE t;\n```\n",
        ),
        ("```sql\nCREATE TABLE t ();\n",) * 2,
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_where_a_rollback_is_written(source: str, expected: str, newline: str) -> None:
    before, after = ((HEAD + text).replace("\n", newline) for text in (source, expected))
    assert mended(before, "Q005", "Q006") == after


def test_one_fix_writes_all_and_each_finding_offers_it() -> None:
    sql = "CREATE TYPE e AS ENUM ('a');\nALTER TABLE u DROP COLUMN a;\nCREATE VIEW v AS SELECT 1;"
    findings = lint(parse_plan(fenced(sql + BEGUN)), APPROVED)
    fixes = [each.fix for each in findings if each.code == "Q006"]
    assert [fix and fix.message for fix in fixes] == [
        "Add the 2 statements that undo it",
        None,
        "Add the 2 statements that undo it",
    ]
    assert mended(fenced(sql + BEGUN), "Q006").endswith("\nDROP VIEW v;\nDROP TYPE e;\n```\n")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "| Service | Change |\n|--|--|\n| a | b |\n| c | d |\n",
            "| Service | Change | Owner |\n|--|--| --- |\n| a | b |  |\n| c | d |  |\n",
        ),
        (
            "Service | Owner\n--|:-:\na | b \\|\n\nWords.\n",
            "Service | Owner | Change |\n--|:-: | --- |\na | b \\| |  |\n\nWords.\n",
        ),
        ("| Service |\n|--|\n", "| Service | Change | Owner |\n|--| --- | --- |\n"),
        ("| Service | Change |\n|--|--|\n| a |\n",) * 2,
        ("| Service | Change |\n|--|--|\n| a | b | c |\n",) * 2,
        ("- billing\n",) * 2,
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_columns_are_added_to_the_services(table: str, expected: str, newline: str) -> None:
    before, after = ((SERVICES + text).replace("\n", newline) for text in (table, expected))
    assert found(before, "V001") == ["V001"]
    assert mended(before, "V001") == after
    assert found(after, "V001") == ([] if after != before else ["V001"])


STATEMENTS = st.lists(
    st.sampled_from(
        [
            *INVERSES,
            "ALTER TABLE o RENAME TO t;",
            "DROP TABLE t;",
            "DROP VIEW v;",
            "ALTER TABLE t DROP a;",
            "ALTER TABLE t ALTER a DROP NOT NULL;",
            "BEGIN;",
            "COMMIT;",
            "-- rollback:",
            "-- migration:",
            "-- a; b",
            "/* ; */",
            "UPDATE t SET a = ';'",
            "/*",
            "'",
            "$$",
            "```\n\n```sql",
            "",
        ]
    ),
    max_size=8,
)


@settings(max_examples=80, deadline=None)
@given(STATEMENTS, st.sampled_from(["", " ", "  - ", "\t"]), st.sampled_from(["\n", "\n\n", " "]))
def test_a_rollback_that_was_fixed_is_complete(lines: list[str], margin: str, gap: str) -> None:
    indent = " " * len(margin) if margin.strip() else margin
    block = f"```sql\n{gap.join(lines)}\n```\n".replace("\n", f"\n{indent}")
    source = f"{HEAD}{margin}{block}\n\n## Events\n\nN/A — none\n"
    codes = "Q005", "Q006"
    once = mended(source, *codes)
    assert mended(once, *codes) == once
    assert [
        each for each in lint(parse_plan(once), APPROVED) if each.code in codes and each.fix
    ] == []
    assert parse_plan(once).status is Status.DRAFT
    assert found(once, "Q002") == found(source, "Q002")
    assert len(parse_plan(once).sections) == len(parse_plan(source).sections)
