"""Group C, security and compliance: the template's checks, each ticked or said not to apply."""

from collections.abc import Iterator

from bot.plan.checklist import add_item, find_missing, is_settled
from bot.plan.fix import Edit, Fix
from bot.plan.model import Item, Plan, SectionName
from bot.plan.rules.registry import OFF, E, Finding, I, W, rule
from bot.plan.text import Span, Text, Value
from bot.plan.words import is_placeholder, quoted

# The template's `{compliance-specific check}` is a plan's own and not demanded.
ITEMS = (
    "All new inputs validated at external boundary",
    "Auth checks on all new endpoints",
    "Ownership check after every resource fetch",
    "No PII in logs",
    "Multi-tenant: tenantId on all new DB queries",
)


@rule("C001", "security-item-removed", draft=I, approved=E)
def check_security_item_removed(plan: Plan) -> Iterator[Finding]:
    """An item of the template's security list is gone.

    One that does not apply stays and says so, for a reviewer to judge. Case and punctuation do not
    matter, and items of your own are welcome.

    Bad:
        ## Security & Compliance

        - [ ] All new inputs validated at external boundary
        - [ ] Auth checks on all new endpoints
        - [ ] Ownership check after every resource fetch
        - [ ] Multi-tenant: tenantId on all new DB queries
    Good:
        ## Security & Compliance

        - [ ] All new inputs validated at the external boundary
        - [ ] Auth checks on all new endpoints (admins only)
        - [ ] Ownership check after every resource fetch
        - [ ] no PII in logs
        - [ ] Multi-tenant: N/A — `tenantId` on all new DB queries, but there are none
        - [ ] Card data never reaches us
    """
    section = plan.section(SectionName.SECURITY)
    if section and section.content and section.na is None:
        for item in find_missing(ITEMS, plan.security_items):
            yield Finding(
                section.span,
                f"The item “{item}” is gone: put it back, with `N/A — reason` if it does not apply",
                fix=add_item(plan.text, section, item),
            )


@rule("C002", "checkbox-malformed", draft=W, approved=W)
def check_checkbox_malformed(plan: Plan) -> Iterator[Finding]:
    """What was meant for a box is shown as text.

    GitHub's boxes are `- [ ]` and `- [x]`, with a space and words behind. The boxes of *Definition
    of Done* are looked at too.

    Bad:
        ## Security & Compliance

        - [x ] All new inputs validated at external boundary
        - [] Auth checks on all new endpoints
        - [ ] Ownership check after every resource fetch
        - [ ] No PII in logs
        - [ ] Multi-tenant: tenantId on all new DB queries
    Good:
        ## Security & Compliance

        - [x] All new inputs validated at external boundary
        - [ ] Auth checks on all new endpoints
        * [X] Ownership check after every resource fetch
        * [ ] No PII in logs
        * [ ] Multi-tenant: tenantId on all new DB queries
        * [x](https://example.org) is a link
    """
    for item in (*plan.security_items, *plan.done_items):
        if item.box and not item.formed:
            box = "- [x] " if item.ticked else "- [ ] "
            yield Finding(
                item.box.span,
                f"{quoted(item.box.text)} is no box here: write `{box}` before the words",
                fix=_form(plan.text, item.box, item),
            )


@rule("C003", "security-item-open", draft=OFF, approved=W)
def check_security_item_open(plan: Plan) -> Iterator[Finding]:
    """An item of the security list is not ticked in an Approved plan.

    A tick says that somebody thought of it. An item that does not apply says `N/A — reason`, or is
    struck out.

    Bad:
        ## Security & Compliance

        - [x] All new inputs validated at external boundary
        - [x] Auth checks on all new endpoints
        - [x] Ownership check after every resource fetch
        - [ ] No PII in logs
        - [x] Multi-tenant: tenantId on all new DB queries
    Good:
        ## Security & Compliance

        - [x] All new inputs validated at external boundary
        - [ ] Auth checks on all new endpoints — N/A, there are none
        - [ ] ~~Ownership check after every resource fetch~~ nothing is fetched
        - [x] No PII in logs
        - [x] Multi-tenant: tenantId on all new DB queries
    """
    section = plan.section(SectionName.SECURITY)
    for item in plan.security_items if section and section.na is None else ():
        open_box = item.formed and not item.ticked and not is_settled(item)
        if open_box and not is_placeholder(item.words.text):
            yield Finding(
                item.words.span,
                f"{quoted(item.words.text)} is open: tick it, or add `N/A — reason` to it",
            )


def _form(text: Text, box: Value, item: Item) -> Fix | None:
    """Return the fix that makes a box of what was meant for one; None where that is in doubt."""
    if not item.words.text or not (item.ticked or not box.text.strip("[] \t")):
        return None
    at = Span(box.span.line, box.span.column, box.span.line, item.words.span.column)
    line = text.line(at.line)
    before = line[: at.column - 1]
    bullet = "" if before[-1:].isspace() else " "
    new = f"{bullet if before.strip() else '- '}[{'x' if item.ticked else ' '}] "
    if line[at.column - 1 : at.end_column - 1] == new:
        return None
    return Fix("Make it a box", (Edit(at, new),), safe=True)
