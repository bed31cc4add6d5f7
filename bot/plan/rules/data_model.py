"""Group Q, the data model: SQL that PostgreSQL reads, that locks no table and can be undone."""

import re
from collections.abc import Iterator, Sequence

from bot.plan.changes import Kind, Verb
from bot.plan.diagnostics import Note
from bot.plan.fix import Edit, Fix
from bot.plan.markdown import Kind as BlockKind
from bot.plan.migration import (
    MAX_CHARACTERS,
    MAX_STATEMENTS,
    Statement,
    read_migration,
)
from bot.plan.model import Plan, SectionName
from bot.plan.rules.registry import OFF, E, Finding, I, W, rule
from bot.plan.rules.undoing import changes, pairs, plain_inverses, undo
from bot.plan.statements import is_template_sql
from bot.plan.undo import find_undone, write_undo
from bot.plan.words import quoted

_INDEX = re.compile(r"(?:CREATE[ \t]+(?:UNIQUE[ \t]+)?|DROP[ \t]+)INDEX\b", re.IGNORECASE)
_LOSSES = {
    Verb.DROP: frozenset({Kind.TABLE, Kind.COLUMN, Kind.SCHEMA}),
    Verb.TRUNCATE: frozenset({Kind.TABLE}),
}
_DATABASE_TASK = re.compile(
    r"\b(?:migrat|database|db\b|sql|ddl\b|postgres|schema|tables?\b|columns?\b|index|indices|"
    r"constraint|trigger|views?\b|backfill)",
    re.IGNORECASE,
)


@rule("Q001", "sql-missing", draft=I, approved=E)
def check_sql_missing(plan: Plan) -> Iterator[Finding]:
    """The data model has neither SQL nor an N/A.

    SQL stands in a block that is marked as `sql`; one with comments alone has none.

    Bad:
        ## Data Model Changes

        Invoices get a table to search in.
    Good:
        ## Data Model Changes

        N/A — what exists is enough
    """
    section = plan.section(SectionName.DATA_MODEL)
    if section is None or not section.content or section.na is not None:
        return  # S001 and S005 say so
    migration = read_migration(plan)
    if migration.statements:
        return
    unmarked = [block for block in section.content if block.kind is BlockKind.FENCE]
    if any(is_template_sql(block.text.split("\n")) for block in migration.blocks):
        return  # D011 says so
    if migration.blocks:
        place = plan.text.span(migration.blocks[0].line - 1)
        yield Finding(
            place, "No statement in this block: write the migration, or `N/A — reason` in its stead"
        )
    elif unmarked:
        yield Finding(
            plan.text.span(unmarked[0].first),
            "This block is not read as SQL: mark it as `sql` if it holds the migration, or write "
            "`N/A — reason`",
        )
    else:
        yield Finding(
            section.span,
            "No SQL here: add the migration and its rollback in a `sql` block, or write "
            "`N/A — reason`",
        )


@rule("Q002", "sql-syntax", draft=I, approved=W)
def check_sql_syntax(plan: Plan) -> Iterator[Finding]:
    """PostgreSQL does not understand a statement.

    Each statement is read by PostgreSQL's own parser. What is too long or nests too deeply for a
    plan is not read (500 statements, 64 KiB, 50 brackets within each other), and says so.

    Bad:
        ## Data Model Changes

        ```sql
        CREATE TABLE invoice (id uuid PRIMARY KEY, issued date,);
        -- rollback:
        DROP TABLE invoice;
        ```
    Good:
        ## Data Model Changes

        ```sql
        CREATE TABLE invoice (id uuid PRIMARY KEY, issued date);
        -- rollback:
        DROP TABLE invoice;
        ```
    """
    migration = read_migration(plan)
    for statement in migration.statements:
        if fault := statement.reading.fault:
            place = statement.at(fault)
            if statement.reading.opaque:
                message = f"Not read, for {fault.reason}: put this statement into a file of its own"
            elif place.text:
                message = (
                    f"PostgreSQL stops at {quoted(place.text)} ({fault.reason}): "
                    "correct the statement"
                )
            else:
                message = f"PostgreSQL finds no end here ({fault.reason}): complete the statement"
            yield Finding(place.span, message)
    if migration.unread:
        yield Finding(
            migration.unread.head().span,
            f"Not read from here on: a plan holds up to {MAX_STATEMENTS} statements and "
            f"{MAX_CHARACTERS:,} characters of SQL. Put what is longer into a file of its own",
        )


@rule("Q003", "index-not-concurrent", draft=W, approved=E)
def check_index_not_concurrent(plan: Plan) -> Iterator[Finding]:
    """An index is built without CONCURRENTLY.

    Its table takes no writes until the index is there. A table that the same plan creates has none
    yet, and `ON ONLY` builds no index.

    Bad:
        ## Data Model Changes

        ```sql
        CREATE INDEX invoice_issued ON invoice (issued);
        -- rollback:
        DROP INDEX CONCURRENTLY invoice_issued;
        ```
    Good:
        ## Data Model Changes

        ```sql
        CREATE INDEX CONCURRENTLY invoice_issued ON invoice (issued);
        CREATE TABLE refund (id uuid PRIMARY KEY, issued date);
        CREATE INDEX refund_issued ON refund (issued);
        -- rollback:
        DROP TABLE refund;
        DROP INDEX CONCURRENTLY invoice_issued;
        ```
    """
    statements = read_migration(plan).statements
    new = _new_tables(statements)
    for statement in statements:
        for change in statement.reading.changes:
            if change.verb is Verb.CREATE and change.locks and change.object.table not in new:
                yield _ask_for_concurrently(
                    statement, f"locks {change.object.on} against writes while it builds the index"
                )


@rule("Q004", "drop-index-not-concurrent", draft=W, approved=E)
def check_drop_index_not_concurrent(plan: Plan) -> Iterator[Finding]:
    """An index is dropped without CONCURRENTLY.

    Its table takes neither reads nor writes while the drop waits for those that run.

    Bad:
        ## Data Model Changes

        ```sql
        CREATE INDEX CONCURRENTLY invoice_issued ON invoice (issued);
        -- rollback:
        DROP INDEX invoice_issued;
        ```
    Good:
        ## Data Model Changes

        ```sql
        CREATE INDEX CONCURRENTLY invoice_issued ON invoice (issued);
        -- rollback:
        DROP INDEX CONCURRENTLY invoice_issued;
        ```
    """
    statements = read_migration(plan).statements
    new = _new_tables(statements)
    harmless = {
        change.object.name
        for statement in statements
        for change in statement.reading.changes
        if change.object.kind is Kind.INDEX and change.object.table in new
    }
    for statement in statements:
        dropped = [
            change.object
            for change in statement.reading.changes
            if change.verb is Verb.DROP and change.locks and change.object.name not in harmless
        ]
        if dropped:
            yield _ask_for_concurrently(
                statement, f"locks the table of {dropped[0].label} while it waits"
            )


@rule("Q005", "rollback-sql-missing", draft=W, approved=E)
def check_rollback_sql_missing(plan: Plan) -> Iterator[Finding]:
    """A migration has no part that undoes it.

    It begins with the comment `-- rollback:`. Where none is needed, that says so:
    `-- rollback: N/A — reason`.

    Bad:
        ## Data Model Changes

        ```sql
        CREATE TABLE invoice (id uuid PRIMARY KEY);
        ```
    Good:
        ## Data Model Changes

        ```sql
        CREATE TABLE invoice (id uuid PRIMARY KEY);
        -- rollback:
        DROP TABLE invoice;
        ```
    """
    migration = read_migration(plan)
    if not migration.lasting or migration.rollback or migration.rollback_na is not None:
        return
    unread = any(each.reading.opaque or each.reading.fault for each in migration.lasting)
    undone = find_undone(changes(migration.forward), ())
    fix = None if unread else undo(plan, migration, plain_inverses(migration, list(undone)))
    if migration.marker:
        yield Finding(
            migration.marker.span,
            f"Nothing follows {quoted(migration.marker.text)}: write the statements that undo the "
            "migration, or `-- rollback: N/A — reason`",
            fix=fix,
        )
    else:
        head = migration.lasting[0].head()
        yield Finding(
            head.span,
            "Nothing undoes this migration: end it with `-- rollback:` and the statements that do, "
            "or with `-- rollback: N/A — reason`",
            fix=fix,
        )


@rule("Q006", "rollback-incomplete", draft=W, approved=E)
def check_rollback_incomplete(plan: Plan) -> Iterator[Finding]:
    """The rollback does not undo a statement of the migration.

    What a created table holds goes with it, and a dropped column takes its indexes and constraints
    along. Names are compared without their schema. Data, grants and extensions need no undoing.
    A DO block could undo anything: where the rollback has one, nothing is reported.

    Bad:
        ## Data Model Changes

        ```sql
        ALTER TABLE invoice ADD COLUMN issued date, ADD COLUMN paid date;
        -- rollback:
        ALTER TABLE invoice DROP COLUMN issued;
        ```
    Good:
        ## Data Model Changes

        ```sql
        ALTER TABLE invoice ADD COLUMN issued date, ADD COLUMN paid date;
        -- rollback:
        ALTER TABLE invoice DROP COLUMN issued, DROP COLUMN paid;
        ```
    """
    migration = read_migration(plan)
    rollback = migration.rollback
    opaque = any(statement.reading.opaque for statement in rollback)
    if not rollback or opaque or migration.rollback_na is not None:
        return
    notes = (Note(rollback[0].head().span, "the rollback begins here"),)
    done = pairs(migration.forward)
    undone = list(find_undone([change for _, change in done], changes(rollback)))
    if not undone:
        return
    inverses = plain_inverses(migration, undone)
    fix = undo(plan, migration, inverses)
    for index in undone:
        statement, change = done[index]
        head = statement.head(change.part)
        yield Finding(
            head.span,
            f"The rollback does not undo {quoted(head.text)}: add `{write_undo(change)}`",
            notes,
            fix if index in inverses else None,
        )


@rule("Q007", "concurrently-in-transaction", draft=W, approved=E)
def check_concurrently_in_transaction(plan: Plan) -> Iterator[Finding]:
    """CONCURRENTLY stands in a transaction.

    PostgreSQL refuses it there.

    Bad:
        ## Data Model Changes

        ```sql
        BEGIN;
        CREATE INDEX CONCURRENTLY invoice_issued ON invoice (issued);
        COMMIT;
        -- rollback:
        DROP INDEX CONCURRENTLY invoice_issued;
        ```
    Good:
        ## Data Model Changes

        ```sql
        BEGIN;
        ALTER TABLE invoice ADD COLUMN issued date;
        COMMIT;
        CREATE INDEX CONCURRENTLY invoice_issued ON invoice (issued);
        -- rollback:
        ALTER TABLE invoice DROP COLUMN issued;
        ```
    """
    for statement in read_migration(plan).statements:
        if statement.within and statement.reading.concurrently:
            opening = statement.within.head()
            yield Finding(
                statement.head().span,
                "CONCURRENTLY is refused within a transaction: put this statement before the "
                f"{opening.text} on line {opening.span.line}, or after the end of that transaction",
                (Note(opening.span, "the transaction begins here"),),
            )


@rule("Q008", "irreversible-change", draft=I, approved=W)
def check_irreversible_change(plan: Plan) -> Iterator[Finding]:
    """The migration drops a table or a column with what is in it.

    A rollback can create it again, and it is empty then.

    Bad:
        ## Data Model Changes

        ```sql
        ALTER TABLE invoice DROP COLUMN issued;
        -- rollback:
        ALTER TABLE invoice ADD COLUMN issued date;
        ```
    Good:
        ## Data Model Changes

        ```sql
        CREATE TABLE invoice (id uuid PRIMARY KEY);
        -- rollback:
        DROP TABLE invoice;
        ```
    """
    migration = read_migration(plan)
    new = _new_tables(migration.forward)
    for statement in migration.forward:
        for change in statement.reading.changes:
            thing = change.object
            table = thing.table if thing.kind is Kind.COLUMN else thing.name
            if thing.kind in _LOSSES.get(change.verb, ()) and table not in new:
                head = statement.head(change.part)
                yield Finding(
                    head.span,
                    f"{quoted(head.text)} loses data that no rollback brings back: keep a copy, or "
                    "do it in a later plan, when nothing can need the data any more",
                )


@rule("Q009", "sql-without-task", draft=OFF, approved=I)
def check_sql_without_task(plan: Plan) -> Iterator[Finding]:
    """The plan changes the database, and none of its tasks says so.

    A task does when it speaks of a migration, a table, an index and the like, or names what is
    changed.

    Bad:
        ## Data Model Changes

        ```sql
        CREATE TABLE invoice (id uuid PRIMARY KEY);
        -- rollback:
        DROP TABLE invoice;
        ```

        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add endpoint | billing | — |
    Good:
        ## Data Model Changes

        ```sql
        CREATE TABLE invoice (id uuid PRIMARY KEY);
        -- rollback:
        DROP TABLE invoice;
        ```

        ## Task Decomposition

        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
        | 2 | Add endpoint | billing | 1 |
    """
    defining = [each for each in read_migration(plan).forward if each.defines] if plan.tasks else []
    titles = "\n".join(task.title for task in plan.tasks).casefold()
    if not defining or _DATABASE_TASK.search(titles):
        return
    names = {change.object.name.casefold() for change in changes(defining)}
    if not any(name in titles or name.replace("_", " ") in titles for name in names if name):
        yield Finding(
            defining[0].head().span,
            "No task carries out this migration: add one for it, before those that need it",
        )


def _new_tables(statements: Sequence[Statement]) -> set[str]:
    """Return the names of the tables and materialized views that are created."""
    kinds = (Kind.TABLE, Kind.MATERIALIZED_VIEW)
    created = (change.object for change in changes(statements) if change.verb is Verb.CREATE)
    return {thing.name for thing in created if thing.kind in kinds}


def _ask_for_concurrently(statement: Statement, consequence: str) -> Finding:
    words = statement.first_words(_INDEX)
    changes = statement.reading.changes
    if words is None:  # something stands between them
        return Finding(statement.head().span, f"This {consequence}: write CONCURRENTLY after INDEX")
    message = f"{quoted(words.text)} {consequence}: write `{words.text} CONCURRENTLY`"
    if statement.within:
        return Finding(words.span, f"{message}, outside the transaction")
    if len(changes) > 1 or any(change.cascade for change in changes):
        return Finding(words.span, f"{message}, for one index at a time and without CASCADE")
    edit = Edit.insert(words.span.line, words.span.end_column, " CONCURRENTLY")
    return Finding(words.span, message, fix=Fix("Write CONCURRENTLY", (edit,), safe=True))
