"""SQL is cut, bounded and read as PostgreSQL does it, whatever it holds. Time is not asserted."""

import doctest
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan import sql_tokens, undo
from bot.plan.changes import Kind, Verb
from bot.plan.sql import read_statement
from bot.plan.sql_depth import MAX_BRACKETS, MAX_CHAIN, find_excess
from bot.plan.statements import Marker, Piece, split_statements

PIECES = [
    "'", '"', "$$", "$a$", "$", "E'", "e'", "\\", "--", "/*", "*/", ";", "(", ")", "[", "]", ",",
    "\n", " ", "-", "/", "CREATE ", "FUNCTION ", "RULE ", "BEGIN ", "ATOMIC ", "CASE ", "END ",
    "-- rollback:\n", "-- N/A\n", "SELECT 1", "漢", "👩‍💻", "\u00a0", "\f", "x", "_1", "::int",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def statements(text: str) -> list[str]:
    return [
        text[each.start : each.end] for each in split_statements(text) if isinstance(each, Piece)
    ]


@pytest.mark.parametrize("module", [sql_tokens, undo], ids=lambda module: module.__name__)
def test_examples(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ;; -- a\n ; ", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;SELECT 2 ; ", ["SELECT 1", "SELECT 2"]),
        ("SELECT 'a;b', \"c;d\"; x", ["SELECT 'a;b', \"c;d\"", "x"]),
        ("SELECT E'\\';', e'''\\';'; x", ["SELECT E'\\';', e'''\\';'", "x"]),
        ("SELECT 'a''b;' ; x", ["SELECT 'a''b;'", "x"]),
        ("SELECT 'a\\'; x", ["SELECT 'a\\'", "x"]),
        ("SELECT $$;$$, $a$ $$;$b$; $a$; x", ["SELECT $$;$$, $a$ $$;$b$; $a$", "x"]),
        ("SELECT a$b$; x$b$", ["SELECT a$b$", "x$b$"]),
        ("SELECT $1; x", ["SELECT $1", "x"]),
        ("SELECT 1 -- ; 'a\n, 2; x", ["SELECT 1 -- ; 'a\n, 2", "x"]),
        ("SELECT /* ; /* ; */ ' */ 1; x", ["SELECT /* ; /* ; */ ' */ 1", "x"]),
        ("/* open ; x", []),
        ("SELECT 'open ; x", ["SELECT 'open ; x"]),
        ("SELECT (1; x)", ["SELECT (1", "x)"]),
        ("SELECT 1 - - 2 / 3; x", ["SELECT 1 - - 2 / 3", "x"]),
        ("CREATE RULE r AS ON DELETE TO t DO (a; b); x",
         ["CREATE RULE r AS ON DELETE TO t DO (a; b)", "x"]),
        (
            "create or replace procedure p() begin atomic case when a then b end; end; y",
            ["create or replace procedure p() begin atomic case when a then b end; end", "y"],
        ),
        ("CREATE FUNCTION f() AS $$ BEGIN; $$; x", ["CREATE FUNCTION f() AS $$ BEGIN; $$", "x"]),
        ("CREATE FUNCTION f() BEGIN ATOMIC a; b", ["CREATE FUNCTION f() BEGIN ATOMIC a; b"]),
        ("a\n-- rollback:\nb", ["a", "b"]),
    ],
)  # fmt: skip
def test_statements_are_cut_where_postgresql_cuts_them(text: str, expected: list[str]) -> None:
    assert statements(text) == expected


@pytest.mark.parametrize(
    ("comment", "rollback", "na"),
    [
        ("-- rollback:", True, None),
        ("--rollback", True, None),
        ("/* Rollback: */", True, None),
        ("-- ROLLBACK SCRIPT (tested):", True, None),
        ("---- rollback ----", True, None),
        ("-- rollback: drop the table", True, None),
        ("-- rollback: N/A — nothing reads it", True, "nothing reads it"),
        ("-- rollback — none needed", True, ""),
        ("-- migration (must use CONCURRENTLY for indexes)", False, None),
    ],
)
def test_a_comment_begins_a_part(comment: str, rollback: bool, na: str | None) -> None:
    assert list(split_statements(comment)) == [Marker(0, len(comment), rollback, na)]


@pytest.mark.parametrize(
    "text",
    ["-- rollback drops it", "-- see rollback:", "'-- rollback:'", "/* /* -- rollback: */ */",
     "$$\n-- rollback:\n$$", "-- N/A", "-- ----", "--", "-- rollback:\\nx" + "x" * 400],
)  # fmt: skip
def test_other_text_begins_none(text: str) -> None:
    assert not any(isinstance(each, Marker) for each in split_statements(text))


def test_a_comment_in_the_rollback_can_say_that_none_is_needed() -> None:
    found = list(
        split_statements("-- rollback:\n-- N/A — nothing reads it\n-- ----\n-- see FEAT-1")
    )
    assert [(each.rollback, each.na) for each in found if isinstance(each, Marker)] == [
        (True, None),
        (True, "nothing reads it"),
    ]


@settings(max_examples=160, deadline=None)
@given(TEXTS)
def test_any_text_is_cut_and_read(text: str) -> None:
    end = 0
    for each in split_statements(text):
        assert end <= each.start < each.end <= len(text)
        end = each.end
        if isinstance(each, Piece):
            statement = text[each.start : each.end]
            assert statement == statement.lstrip()
            fault = read_statement(statement).fault
            assert fault is None or 0 <= fault.start <= fault.end <= len(statement)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(["漢", "👩‍💻", "é", "a", " "]), max_size=12).map("".join))
def test_a_fault_is_placed_in_characters(before: str) -> None:
    text = f"SELECT '{before}' AS \"{before}x\" FORM t u"
    fault = read_statement(text).fault
    assert fault
    assert text[fault.start : fault.end] == "FORM"


BOMBS = {
    "brackets": "SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
    "queries": "SELECT " + "(SELECT " * 20_000,
    "arrays": "SELECT ARRAY" + "[" * 20_000 + "]" * 20_000,
    "sums": "SELECT " + "1+" * 30_000 + "1",
    "casts": "SELECT 1" + "::int" * 30_000,
    "tests": "SELECT a" + " ISNULL" * 30_000,
    "joins": "SELECT 1 FROM a" + " CROSS JOIN b" * 20_000,
    "unions": "SELECT 1, 2" + " UNION SELECT 1, 2" * 20_000,
    "cases": "SELECT " + "CASE WHEN a THEN " * 20_000 + "1" + " END" * 20_000,
    "defaults": "CREATE TABLE t (a int DEFAULT " + "1+" * 30_000 + "1)",
    "commas": "SELECT " + "f(1,2)+" * 20_000 + "1",
    "bodies": "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT " + "1+" * 20_000 + "1; END",
}


@pytest.mark.parametrize("statement", BOMBS.values(), ids=BOMBS)
def test_what_would_overrun_the_stack_is_not_parsed(statement: str) -> None:
    assert find_excess(statement)
    reading = read_statement(statement)
    assert reading.opaque
    assert reading.fault


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t VALUES " + ", ".join(["(1, 'a', (NULL))"] * 2_000),
        "CREATE TABLE t (" + ", ".join(f"c{n} numeric(10, 2) NOT NULL" for n in range(500)) + ")",
        "SELECT 1 FROM a" + " JOIN b ON a.x = b.x" * 20,
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$" + "BEGIN 1 + 1; " * 900 + "$$",
    ],
    ids=["rows", "columns", "joins", "body"],
)
def test_what_is_long_and_flat_is_parsed(statement: str) -> None:
    assert find_excess(statement) is None
    assert read_statement(statement).fault is None


_DEEPEST = """
import threading
from bot.plan.sql import postgast, protobuf
from bot.plan.sql_depth import find_excess

def deepest(write):
    depth = 1
    while find_excess(write(depth + 1)) is None:
        depth += 1
    return write(depth)

WAYS = [
    lambda n: "SELECT " + "1+" * n + "1",
    lambda n: "SELECT a" + " ISNULL" * n,
    lambda n: "SELECT " + "NOT " * n + "a",
    lambda n: "SELECT 1" + "::int" * n,
    lambda n: "SELECT 1 FROM a" + " CROSS JOIN b" * n,
    lambda n: "SELECT 1" + " UNION SELECT 1, 2" * n,
    lambda n: "SELECT " + "CASE WHEN a THEN " * n + "1" + " END" * n,
    lambda n: "SELECT " + "(SELECT " * n + "1" + ")" * n,
    lambda n: "SELECT " + "a IN (SELECT " * n + "1" + ")" * n,
    lambda n: "SELECT " + "(SELECT " * 48 + "NOT " * n + "a" + ")" * 48,
    lambda n: "SELECT " + "JSON_OBJECT('a':" * n + "1" + ")" * n,
    lambda n: "WITH a AS (" * n + "SELECT 1" + ") SELECT 1" * n,
]

def parse_all():
    for write in WAYS:
        try:
            postgast.parse(deepest(write))
        except (postgast.PgQueryError, protobuf.DecodeError):
            pass
    print("survived")

threading.stack_size(STACK)
thread = threading.Thread(target=parse_all)
thread.start()
thread.join()
"""


def test_the_deepest_that_is_parsed_fits_a_small_stack() -> None:
    """A thread may have as little as 512 KiB (macOS); 192 KiB are enough."""
    script = _DEEPEST.replace("STACK", str(192 * 1024))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "survived\n")


def test_the_bounds() -> None:
    assert find_excess("SELECT " + "(" * MAX_BRACKETS + "1" + ")" * MAX_BRACKETS) is None
    assert find_excess("SELECT " + "(" * (MAX_BRACKETS + 1) + "1" + ")" * (MAX_BRACKETS + 1))
    assert find_excess("SELECT " + "- " * (MAX_CHAIN - 2) + "1") is None
    assert find_excess("SELECT " + "- " * (MAX_CHAIN - 1) + "1")


@pytest.mark.parametrize(
    ("statement", "verb", "kind", "label", "on"),
    [
        ("CREATE TABLE app.t ()", Verb.CREATE, Kind.TABLE, "app.t", ""),
        ("CREATE FOREIGN TABLE f () SERVER s", Verb.CREATE, Kind.TABLE, "f", ""),
        ("CREATE TABLE x AS SELECT 1", Verb.CREATE, Kind.TABLE, "x", ""),
        ("CREATE MATERIALIZED VIEW m AS SELECT 1", Verb.CREATE, Kind.MATERIALIZED_VIEW, "m", ""),
        ("CREATE VIEW v AS SELECT 1", Verb.CREATE, Kind.VIEW, "v", ""),
        ("CREATE INDEX ON app.t (a, lower(b))", Verb.CREATE, Kind.INDEX, "t_a_expr_idx", "app.t"),
        ("CREATE SEQUENCE s", Verb.CREATE, Kind.SEQUENCE, "s", ""),
        ("CREATE TYPE app.e AS ENUM ('a')", Verb.CREATE, Kind.TYPE, "app.e", ""),
        ("CREATE TYPE r AS RANGE (subtype = int)", Verb.CREATE, Kind.TYPE, "r", ""),
        ("CREATE TYPE c AS (a int)", Verb.CREATE, Kind.TYPE, "c", ""),
        ("CREATE DOMAIN d AS int", Verb.CREATE, Kind.DOMAIN, "d", ""),
        ("CREATE AGGREGATE a(int) (sfunc = f)", Verb.CREATE, Kind.AGGREGATE, "a", ""),
        ("CREATE STATISTICS s ON a, b FROM t", Verb.CREATE, Kind.STATISTICS, "s", ""),
        ("CREATE PROCEDURE p() LANGUAGE sql AS ''", Verb.CREATE, Kind.PROCEDURE, "p", ""),
        ("CREATE RULE r AS ON INSERT TO t DO NOTHING", Verb.CREATE, Kind.RULE, "r", "t"),
        ("CREATE POLICY p ON t", Verb.CREATE, Kind.POLICY, "p", "t"),
        ("CREATE SCHEMA s", Verb.CREATE, Kind.SCHEMA, "s", ""),
        ("ALTER TABLE t ADD PRIMARY KEY (a)", Verb.CREATE, Kind.CONSTRAINT, "t_pkey", "t"),
        ("ALTER TABLE t ADD CHECK (a > 0)", Verb.CREATE, Kind.CONSTRAINT, "t_a_check", "t"),
        ("DROP FUNCTION app.f(int)", Verb.DROP, Kind.FUNCTION, "app.f", ""),
        ("DROP TYPE app.e", Verb.DROP, Kind.TYPE, "app.e", ""),
        ("DROP TRIGGER g ON app.t", Verb.DROP, Kind.TRIGGER, "g", "app.t"),
        ("DROP SCHEMA s", Verb.DROP, Kind.SCHEMA, "s", ""),
        ('ALTER TABLE "T" RENAME TO u', Verb.RENAME, Kind.TABLE, '"T"', ""),
        ("ALTER TABLE t RENAME CONSTRAINT c TO d", Verb.RENAME, Kind.CONSTRAINT, "c", "t"),
        ("ALTER SCHEMA a RENAME TO b", Verb.RENAME, Kind.SCHEMA, "a", ""),
        ("ALTER DOMAIN a RENAME TO b", Verb.RENAME, Kind.DOMAIN, "a", ""),
        ("TRUNCATE t", Verb.TRUNCATE, Kind.TABLE, "t", ""),
    ],
)
def test_what_a_statement_changes(
    statement: str, verb: Verb, kind: Kind, label: str, on: str
) -> None:
    reading = read_statement(statement)
    assert reading.fault is None
    change = reading.changes[0]
    thing = change.object
    assert (change.verb, thing.kind, thing.label, thing.on) == (verb, kind, label, on)


@pytest.mark.parametrize(
    "statement",
    ["SELECT 1", "CREATE EXTENSION x", "DROP CAST (a AS b)", "DROP EXTENSION x", "GRANT a TO b",
     "CREATE COLLATION c (locale = 'x')", "ALTER TYPE t RENAME VALUE 'a' TO 'b'",
     "ALTER TYPE t ADD VALUE 'b'", "ALTER TABLE t VALIDATE CONSTRAINT c",
     "ALTER INDEX i SET (x = 1)"],
)  # fmt: skip
def test_what_needs_no_undoing_is_no_change(statement: str) -> None:
    reading = read_statement(statement)
    assert reading.fault is None
    assert reading.changes == ()
