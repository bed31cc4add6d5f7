"""A file becomes a `Plan`. It never raises, and what it refuses to read has no status."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.plan.api import read_endpoints
from bot.plan.checklist import read_items
from bot.plan.events import read_events
from bot.plan.fields import read_complexity, read_team_and_ticket, shown
from bot.plan.header import DEFAULT_ID_PATTERN, read_header
from bot.plan.markdown import find_excess, read_document
from bot.plan.model import Plan, Refusal, SectionName, Status
from bot.plan.questions import read_questions
from bot.plan.rollback import read_rollback
from bot.plan.sections import read_sections, section_names
from bot.plan.services import read_services
from bot.plan.suppressions import read_suppressions
from bot.plan.tasks import find_task_tables, read_tasks
from bot.plan.testing import read_strategies
from bot.plan.text import Text
from bot.plan.why import read_purpose
from bot.plan.words import plain

__all__ = ["DEFAULT_ID_PATTERN", "MAX_BYTES", "parse_plan"]

MAX_BYTES = 512 * 1024


def parse_plan(
    source: bytes | str,
    *,
    id_pattern: str = DEFAULT_ID_PATTERN,
    aliases: Mapping[str, str] = MappingProxyType({}),
    max_bytes: int = MAX_BYTES,
) -> Plan:
    """Read a plan file. Every input gives a plan; `Plan.refusal` says why one was not read.

    *aliases* are headings that stand for sections of the template, by the section's name.
    """
    decoded = _decode(source, max_bytes)
    if isinstance(decoded, Refusal):
        return Plan(refusal=decoded)
    bom = decoded.startswith("\ufeff")
    text = Text.of(decoded.removeprefix("\ufeff"))
    if excess := find_excess(text):
        return Plan(bom=bom, refusal=Refusal("D012", excess))
    return _read_plan(text, id_pattern, section_names(aliases), bom=bom)


def _decode(source: bytes | str, max_bytes: int) -> str | Refusal:
    raw = source if isinstance(source, bytes) else source.encode(errors="surrogatepass")
    if len(raw) > max_bytes:
        return Refusal("D012", f"{len(raw):,} bytes, and the limit is {max_bytes:,}")
    if (nul := raw.find(b"\0")) >= 0:
        return Refusal("D002", f"a NUL byte at offset {nul}, as in binary files and UTF-16")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = raw[error.start]
        return Refusal("D002", f"byte 0x{byte:02X} at offset {error.start}, on line {line}")


def _read_plan(text: Text, id_pattern: str, names: Mapping[str, SectionName], *, bom: bool) -> Plan:
    document = read_document(text)
    header = read_header(document, id_pattern)
    title = header.title
    status = header.statuses[0] if header.statuses else None  # of several none is a status
    sections = read_sections(document, title.span.line if title else 0, names)
    named = {section.name: section for section in reversed(sections) if section.name}
    task_rows = tuple(read_tasks(text, find_task_tables(named.get(SectionName.TASKS))))
    question_rows = tuple(
        row
        for section in sections
        if section.name is SectionName.QUESTIONS
        for row in read_questions(document, section)
    )
    service_rows = tuple(read_services(named.get(SectionName.SERVICES)))
    team, ticket = read_team_and_ticket(header)
    return Plan(
        id=title.id.text if title and title.id and title.id_matches else None,
        title=plain(title.name.text) if title and title.name else None,
        status=status.status if status else Status.UNSET,
        status_seen=status.value.text if status else "",
        status_span=status.value.span if status else None,
        complexity=read_complexity(header)[0],
        team=shown(team),
        ticket=shown(ticket),
        services=tuple(row.name for row in service_rows),
        tasks=tuple(row.task for row in task_rows),
        questions=tuple(row.question for row in question_rows),
        sections=sections,
        header=header,
        task_rows=task_rows,
        question_rows=question_rows,
        purpose=read_purpose(document, named.get(SectionName.WHY)),
        service_rows=service_rows,
        endpoints=tuple(read_endpoints(document, named.get(SectionName.API))),
        events=tuple(read_events(document, named.get(SectionName.EVENTS))),
        strategies=tuple(read_strategies(document, named.get(SectionName.TESTING))),
        security_items=tuple(read_items(document, named.get(SectionName.SECURITY))),
        done_items=tuple(read_items(document, named.get(SectionName.DONE))),
        rollback=read_rollback(document, named.get(SectionName.ROLLBACK)),
        suppressions=tuple(read_suppressions(document)),
        document=document,
        bom=bom,
    )
