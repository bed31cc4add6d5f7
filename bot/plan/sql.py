"""One SQL statement, read by PostgreSQL's own parser. Nothing else here knows that parser.

Import it where there is SQL, and not before: loading the parser takes a tenth of a second.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

from bot.plan.changes import Change, Fault, Kind, Object, Reading, Verb
from bot.plan.sql_depth import find_excess
from bot.plan.sql_tokens import quote_name

# By name: the stubs of its tree do not parse (a field is called `def`), and mypy stops at them.
postgast: Any = import_module("postgast")
pg: Any = postgast.pg_query_pb2
protobuf: Any = import_module("google.protobuf.message")

_NEAR = re.compile(r' at or near "(?P<token>.*)"', re.DOTALL)
_TOO_DEEP = "it nests too deeply"

_KINDS: dict[int, Kind] = {
    pg.OBJECT_TABLE: Kind.TABLE,
    pg.OBJECT_FOREIGN_TABLE: Kind.TABLE,
    pg.OBJECT_COLUMN: Kind.COLUMN,
    pg.OBJECT_TABCONSTRAINT: Kind.CONSTRAINT,
    pg.OBJECT_INDEX: Kind.INDEX,
    pg.OBJECT_VIEW: Kind.VIEW,
    pg.OBJECT_MATVIEW: Kind.MATERIALIZED_VIEW,
    pg.OBJECT_SEQUENCE: Kind.SEQUENCE,
    pg.OBJECT_STATISTIC_EXT: Kind.STATISTICS,
    pg.OBJECT_TYPE: Kind.TYPE,
    pg.OBJECT_DOMAIN: Kind.DOMAIN,
    pg.OBJECT_FUNCTION: Kind.FUNCTION,
    pg.OBJECT_ROUTINE: Kind.FUNCTION,
    pg.OBJECT_PROCEDURE: Kind.PROCEDURE,
    pg.OBJECT_AGGREGATE: Kind.AGGREGATE,
    pg.OBJECT_TRIGGER: Kind.TRIGGER,
    pg.OBJECT_POLICY: Kind.POLICY,
    pg.OBJECT_RULE: Kind.RULE,
    pg.OBJECT_SCHEMA: Kind.SCHEMA,
}
_ON_A_TABLE = frozenset({Kind.TRIGGER, Kind.POLICY, Kind.RULE})
_BEGINS = frozenset({pg.TRANS_STMT_BEGIN, pg.TRANS_STMT_START})
_ENDS = frozenset({pg.TRANS_STMT_COMMIT, pg.TRANS_STMT_ROLLBACK, pg.TRANS_STMT_PREPARE})
# How PostgreSQL ends the name of a constraint that was given none.
_CONSTRAINT_ENDS: dict[int, str] = {
    pg.CONSTR_PRIMARY: "pkey",
    pg.CONSTR_UNIQUE: "key",
    pg.CONSTR_CHECK: "check",
    pg.CONSTR_FOREIGN: "fkey",
    pg.CONSTR_EXCLUSION: "excl",
    pg.CONSTR_NOTNULL: "not_null",
}


def read_statement(text: str) -> Reading:
    """Read a statement; one that does not parse, or would be too deep to, is a fault."""
    if excess := find_excess(text):
        return Reading(opaque=True, fault=Fault(excess, 0, len(text)))
    try:
        statements = postgast.parse(text).stmts
    except postgast.PgQueryError as error:
        return Reading(fault=_locate(text, error))
    except protobuf.DecodeError:
        return Reading(opaque=True, fault=Fault(_TOO_DEEP, 0, len(text)))
    kind = statements[0].stmt.WhichOneof("node") if statements else None
    if kind is None:
        return Reading()
    node = getattr(statements[0].stmt, kind)
    return Reading(
        changes=tuple(_read_changes(kind, node)),
        begins=_read_transaction(node) if kind == "transaction_stmt" else None,
        concurrently=_is_concurrent(kind, node),
        opaque=kind in ("do_stmt", "call_stmt", "execute_stmt"),
    )


def _read_changes(kind: str, node: Any) -> Iterator[Change]:
    if reader := _READERS.get(kind):
        yield from reader(node)
    elif find := _CREATED.get(kind):
        created = find(node)
        if created and created.name:
            yield Change(Verb.CREATE, created)


def _locate(text: str, error: Any) -> Fault:
    """Find the token that the parser stopped at. Its position counts characters, from 1."""
    start = min(max(error.cursorpos - 1, 0), len(text))
    near = _NEAR.search(error.message)
    reason = error.message[: near.start()] if near else error.message
    end = start + (len(near["token"]) if near else 0)
    return Fault(reason, start, min(end, len(text)))


def _read_transaction(node: Any) -> bool | None:
    if node.kind in _BEGINS:
        return True
    return False if node.kind in _ENDS and not node.chain else None


def _is_concurrent(kind: str, node: Any) -> bool:
    if kind == "reindex_stmt":
        return any(each.def_elem.defname == "concurrently" for each in node.params)
    if kind == "alter_table_stmt":
        commands = [each.alter_table_cmd for each in node.cmds]
        return any(getattr(each, "def").partition_cmd.concurrent for each in commands)
    return kind in ("index_stmt", "drop_stmt") and bool(node.concurrent)


def _read_index(node: Any) -> Iterator[Change]:
    columns = [each.index_elem.name or "expr" for each in node.index_params]
    name = node.idxname or "_".join([node.relation.relname, *columns, "idx"])
    expressions = [each.index_elem.expr for each in node.index_params if not each.index_elem.name]
    if node.HasField("where_clause"):
        expressions.append(node.where_clause)
    used = {*columns, *(each.index_elem.name for each in node.index_including_params)}
    yield Change(
        Verb.CREATE,
        _part_of(Kind.INDEX, name, node.relation),
        columns=frozenset(used | _columns_in(expressions)),
        locks=not node.concurrent and node.relation.inh,
    )


def _read_truncate(node: Any) -> Iterator[Change]:
    for part, each in enumerate(node.relations):
        yield Change(Verb.TRUNCATE, _relation(Kind.TABLE, each.range_var), part)


def _read_drop(node: Any) -> Iterator[Change]:
    kind = _KINDS.get(node.remove_type)
    locks = kind is Kind.INDEX and not node.concurrent
    cascade = node.behavior == pg.DROP_CASCADE
    for part, each in enumerate(node.objects):
        names = _names_of(each)
        dropped = _named(kind, names)
        if dropped and kind in _ON_A_TABLE:
            *table, name = names
            dropped = Object(dropped.kind, name, table[-1], quote_name(name), _join(table))
        if dropped:
            yield Change(Verb.DROP, dropped, part, locks=locks, cascade=cascade)


def _read_rename(node: Any) -> Iterator[Change]:
    kind = _KINDS.get(node.rename_type)
    renamed: Object | None
    if kind and node.HasField("relation") and node.subname:
        renamed = _part_of(kind, node.subname, node.relation)
    elif kind and node.HasField("relation"):
        renamed = _relation(kind, node.relation)
    else:
        names = _names_of(node.object) if node.HasField("object") else [node.subname]
        renamed = _named(kind, names)
    if renamed:
        yield Change(Verb.RENAME, renamed, to=node.newname)


def _read_alter_table(node: Any) -> Iterator[Change]:
    if node.objtype in (pg.OBJECT_TABLE, pg.OBJECT_FOREIGN_TABLE):
        for part, each in enumerate(node.cmds):
            yield from _read_command(each.alter_table_cmd, node.relation, part)


def _read_command(command: Any, table: Any, part: int) -> Iterator[Change]:
    """Yield what one command of an ALTER TABLE changes."""
    cascade = command.behavior == pg.DROP_CASCADE
    definition = getattr(command, "def")
    column = _part_of(Kind.COLUMN, command.name, table)
    match command.subtype:
        case pg.AT_AddColumn:
            added = _part_of(Kind.COLUMN, definition.column_def.colname, table)
            yield Change(Verb.CREATE, added, part)
        case pg.AT_DropColumn:
            yield Change(Verb.DROP, column, part, cascade=cascade)
        case pg.AT_AddConstraint:
            yield from _read_constraint(definition.constraint, table, part)
        case pg.AT_DropConstraint:
            dropped = _part_of(Kind.CONSTRAINT, command.name, table)
            yield Change(Verb.DROP, dropped, part, cascade=cascade)
        case pg.AT_AlterColumnType:
            yield Change(Verb.ALTER, column, part, to="TYPE …", aspect="type")
        case pg.AT_ColumnDefault:
            back = "DROP DEFAULT" if command.HasField("def") else "SET DEFAULT …"
            yield Change(Verb.ALTER, column, part, to=back, aspect="default")
        case pg.AT_SetNotNull:
            yield Change(Verb.ALTER, column, part, to="DROP NOT NULL", aspect="not null")
        case pg.AT_DropNotNull:
            yield Change(Verb.ALTER, column, part, to="SET NOT NULL", aspect="not null")
        case _:
            pass


def _read_constraint(node: Any, table: Any, part: int) -> Iterator[Change]:
    """Yield the constraint that is added, and the index that becomes it."""
    keys = _strings([*node.keys, *node.fk_attrs])
    columns = frozenset({*keys, *_columns_in([node.raw_expr, *node.exclusions])})
    named = [] if node.contype == pg.CONSTR_PRIMARY else keys or sorted(columns)[:1]
    ending = _CONSTRAINT_ENDS.get(node.contype, "")
    name = node.conname or node.indexname or "_".join([table.relname, *named, ending])
    added = _part_of(Kind.CONSTRAINT, name, table)
    yield Change(Verb.CREATE, added, part, columns=columns)
    if node.indexname:
        yield Change(Verb.DROP, _part_of(Kind.INDEX, node.indexname, table), part)


def _table(node: Any) -> Object:
    """Return a table; a partition goes with the table that it is a part of."""
    parent = node.inh_relations[0].range_var.relname if node.HasField("partbound") else ""
    return _relation(Kind.TABLE, node.relation)._replace(table=parent)


def _sequence(node: Any) -> Object:
    """Return a sequence; one that a column owns goes with the table of that column."""
    owners = [each.def_elem for each in node.options if each.def_elem.defname == "owned_by"]
    column = _strings(owners[0].arg.list.items) if owners else []
    table = column[-2] if len(column) > 1 else ""
    return _relation(Kind.SEQUENCE, node.sequence)._replace(table=table)


_READERS: dict[str, Callable[[Any], Iterator[Change]]] = {
    "index_stmt": _read_index,
    "truncate_stmt": _read_truncate,
    "drop_stmt": _read_drop,
    "rename_stmt": _read_rename,
    "alter_table_stmt": _read_alter_table,
}
_CREATED: dict[str, Callable[[Any], Object | None]] = {
    "create_stmt": _table,
    "create_foreign_table_stmt": lambda node: _table(node.base_stmt),
    "create_table_as_stmt": lambda node: _relation(_KINDS[node.objtype], node.into.rel),
    "view_stmt": lambda node: _relation(Kind.VIEW, node.view),
    "create_seq_stmt": _sequence,
    "create_enum_stmt": lambda node: _named(Kind.TYPE, _strings(node.type_name)),
    "create_range_stmt": lambda node: _named(Kind.TYPE, _strings(node.type_name)),
    "composite_type_stmt": lambda node: _relation(Kind.TYPE, node.typevar),
    "create_domain_stmt": lambda node: _named(Kind.DOMAIN, _strings(node.domainname)),
    "define_stmt": lambda node: _named(_KINDS.get(node.kind), _strings(node.defnames)),
    "create_stats_stmt": lambda node: _named(Kind.STATISTICS, _strings(node.defnames)),
    "create_function_stmt": lambda node: _named(
        Kind.PROCEDURE if node.is_procedure else Kind.FUNCTION, _strings(node.funcname)
    ),
    "create_trig_stmt": lambda node: _part_of(Kind.TRIGGER, node.trigname, node.relation),
    "create_policy_stmt": lambda node: _part_of(Kind.POLICY, node.policy_name, node.table),
    "rule_stmt": lambda node: _part_of(Kind.RULE, node.rulename, node.relation),
    "create_schema_stmt": lambda node: _named(Kind.SCHEMA, [node.schemaname]),
}


def _relation(kind: Kind, relation: Any) -> Object:
    return Object(kind, relation.relname, label=_written(relation))


def _part_of(kind: Kind, name: str, table: Any) -> Object:
    return Object(kind, name, table.relname, quote_name(name), _written(table))


def _named(kind: Kind | None, names: Sequence[str]) -> Object | None:
    return Object(kind, names[-1], label=_join(names)) if kind and names else None


def _written(relation: Any) -> str:
    names = [relation.schemaname, relation.relname]
    return _join([name for name in names if name])


def _join(names: Sequence[str]) -> str:
    return ".".join(map(quote_name, names))


def _names_of(node: Any) -> list[str]:
    """Return the parts of an object's name, of all the forms that the tree has for it."""
    match node.WhichOneof("node"):
        case "list":
            return _strings(node.list.items)
        case "type_name":
            return _strings(node.type_name.names)
        case "object_with_args":
            return _strings(node.object_with_args.objname)
        case _:
            return _strings([node])


def _strings(nodes: Sequence[Any]) -> list[str]:
    return [each.string.sval for each in nodes]


def _columns_in(nodes: Sequence[Any]) -> set[str]:
    """Return the columns that expressions name."""
    found = (each for node in nodes for each in postgast.find_nodes(node, pg.ColumnRef))
    return {each.fields[-1].string.sval for each in found if each.fields}
