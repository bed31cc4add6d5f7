"""A whole good plan, to be varied: every test that needs a plan starts from this one."""

_PLAN = """\
# Plan: {id} — {name}

**Status**: {status}
**Complexity**: M — one service and one endpoint
**Team / Ticket**: payments / PAY-1

---

## Why & What

Eight of a hundred carts are lost at the checkout. With one page fewer than three are.

**In scope**: the checkout page
**Out of scope**: refunds

---

## Services / Modules Affected

| Service | Change | Owner |
|---------|--------|-------|
| shop | new endpoint | payments |

---

## Data Model Changes

N/A — no schema change

---

## API Changes

N/A — an endpoint of the page, not public

---

## Events

N/A — nothing is emitted

---

## Task Decomposition

| # | Task | Service | Depends on |
|---|------|---------|-----------|
| 1 | add the domain entity with its unit tests | shop | — |
| 2 | add the handler with its integration tests | shop | {depends} |

---

## Testing Strategy

| Type | What's covered |
|------|----------------|
| Unit | the entity |
| Integration | the endpoint |
| E2E | the checkout |

---

## Security & Compliance

- [ ] All new inputs validated at external boundary
- [ ] Auth checks on all new endpoints
- [ ] Ownership check after every resource fetch
- [ ] No PII in logs
- [ ] Multi-tenant: tenantId on all new DB queries
- [ ] Card data never reaches us

---

## Rollback Plan

- Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
- DB rollback: N/A — no schema change
- Who can trigger rollback: any engineer
- SLO for rollback completion: 5 min

---

## Open Questions

| # | Question | Owner | Due | Answer |
|---|---------|-------|-----|--------|
| 1 | Which provider takes cards? | Ann | 2026-12-01 | {answer} |

---

## Definition of Done

- [ ] All task decomposition PRs merged
- [ ] Tests passing, coverage ≥80%
- [ ] Reviewer verdict: APPROVED
- [ ] Staged and smoke-tested
- [ ] Runbook updated if new ops procedures needed
- [ ] Compound Agent has run (patterns + ADRs extracted)
"""


def plan_text(
    plan_id: str = "FEAT-12",
    status: str = "Draft",
    *,
    name: str = "One-page checkout",
    depends: str = "1",
    answer: str = "Stripe",
) -> str:
    """The plan's text; without arguments a Draft that has no finding."""
    return _PLAN.format(id=plan_id, name=name, status=status, depends=depends, answer=answer)
