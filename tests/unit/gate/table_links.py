"""What the gate says of files and links: DESIGN §5 and the first rows of §6."""

from tests.unit.gate.build import (
    APPROVED,
    CODE,
    DRAFT,
    OTHER,
    OTHER_DRAFT,
    Table,
    blocks,
    change,
    changed,
    commit,
    passes,
    plan,
    pull,
    removed,
    trailer,
)

EXEMPT = passes("No plan needed: only exempt files change", "OnlyExemptFiles")
UNLINKED = blocks("No plan linked", "G004 NoPlanLinked")
LINKED = passes("FEAT-12 is Approved", "PlanApproved")
BOTH = [APPROVED, OTHER]
MANY = "Plan: " + ",".join(f"FEAT-{n}" for n in range(30, 60))

TABLE: Table = {
    "§6 what needs a plan": {
        "no file at all": (pull(), EXEMPT),
        "documentation": (pull(*changed("docs/a.txt", "NOTES.md", "LICENSE")), EXEMPT),
        "issue templates": (pull(*changed(".github/ISSUE_TEMPLATE/bug.yml")), EXEMPT),
        "the plans' own README": (pull(*changed("plans/README.md")), EXEMPT),
        "documentation that names no plan there is": (
            pull(*changed("docs/a.txt"), says="Plan: FEAT-99"),
            EXEMPT,
        ),
        "code": (pull(CODE), UNLINKED),
        "removed code": (pull(removed("src/a.py")), UNLINKED),
        "code moved out of docs": (pull(*changed("src/a.py"), removed("docs/a.py")), UNLINKED),
        "code moved into docs": (pull(*changed("docs/a.py"), removed("src/a.py")), UNLINKED),
        "a workflow": (pull(*changed(".github/workflows/ci.yml")), UNLINKED),
        "the gate's own configuration": (pull(*changed(".github/plan-gate.yml")), UNLINKED),
        "code beside documentation": (pull(*changed("docs/a.txt"), CODE), UNLINKED),
        "a file whose name only looks exempt": (pull(*changed("LICENSES/a.py")), UNLINKED),
        "a path that this repository exempts": (
            pull(*changed("ci/a.sh"), policy="gate: {exempt_paths: ['ci/**']}"),
            EXEMPT,
        ),
        "documentation where nothing is exempt": (
            pull(*changed("docs/a.txt"), policy="gate: {exempt_paths: []}"),
            UNLINKED,
        ),
        "a plan's path where plans live elsewhere": (
            pull(*changed("plans/FEAT-12.txt"), policy="plans: {paths: ['specs/*.md']}"),
            UNLINKED,
        ),
    },
    "§5 the description": {
        "an ID": (pull(CODE, says="Plan: FEAT-12", main=BOTH), LINKED),
        "an ID among other words": (pull(CODE, says="Hello\n\nPlan: FEAT-12\n", main=BOTH), LINKED),
        "a path": (pull(CODE, says="Plan: plans/FEAT-12.md", main=BOTH), LINKED),
        "an address": (
            pull(
                CODE,
                says="Plan: https://github.com/acme/shop/blob/main/plans/FEAT-12.md",
                main=BOTH,
            ),
            LINKED,
        ),
        "this very repository": (pull(CODE, says="Plan: Acme/Shop#FEAT-12", main=BOTH), LINKED),
        "an ID in lower case": (pull(CODE, says="Plan: feat-12", main=BOTH), UNLINKED),
        "a look-alike ID": (pull(CODE, says="Plan: FЕAT-12", main=BOTH), UNLINKED),
        "prose": (pull(CODE, says="Plan: how I went about it", main=BOTH), UNLINKED),
        "a comment": (pull(CODE, says="<!-- Plan: FEAT-12 -->", main=BOTH), UNLINKED),
        "code": (pull(CODE, says="```\nPlan: FEAT-12\n```", main=BOTH), UNLINKED),
        "a quote": (pull(CODE, says="> Plan: FEAT-12", main=BOTH), UNLINKED),
        "a plan that there is not": (
            pull(CODE, says="Plan: FEAT-99", main=BOTH),
            blocks("FEAT-99 is not on main yet", "G008 PlanUnknown"),
        ),
        "a path where no plan is": (
            pull(CODE, says="Plan: plans/x.md", main=BOTH),
            blocks("plans/x.md is not on main yet", "G008 PlanUnknown"),
        ),
        "an address that is no plan's": (
            pull(CODE, says="Plan: https://example.com/FEAT-12", main=BOTH),
            blocks("https://example.com/FEAT-12 is not on main yet", "G008 PlanUnknown"),
        ),
    },
    "§5 other places": {
        "a trailer": (pull(CODE, commits=(trailer("Plan: FEAT-12"),), main=BOTH), LINKED),
        "a trailer of a later commit": (
            pull(CODE, commits=(commit(), trailer("plan: FEAT-12")), main=BOTH),
            LINKED,
        ),
        "a line of a message that is no trailer": (
            pull(CODE, commits=(commit(message="Change\n\nPlan: FEAT-12\nand so on"),), main=BOTH),
            UNLINKED,
        ),
        "a subject that looks like a trailer": (
            pull(CODE, commits=(commit(message="Plan: FEAT-12"),), main=BOTH),
            UNLINKED,
        ),
        "a trailer that names no plan there is": (
            pull(CODE, commits=(trailer("Plan: FEAT-99"),), main=BOTH),
            blocks("FEAT-99 is not on main yet", "G008 PlanUnknown"),
        ),
        "a title": (pull(CODE, title="FEAT-12: pay", main=BOTH), LINKED),
        "a title in brackets": (pull(CODE, title="[FEAT-12] pay", main=BOTH), LINKED),
        "a title's scope": (pull(CODE, title="feat(FEAT-12)!: pay", main=BOTH), LINKED),
        "a title that mentions a plan": (
            pull(CODE, title="Pay as FEAT-12: x", main=BOTH),
            UNLINKED,
        ),
        "a title with no plan's ID": (pull(CODE, title="UTF-8: read it", main=BOTH), UNLINKED),
        "a branch": (pull(CODE, branch="feat-12-pay", main=BOTH), LINKED),
        "a part of a branch": (pull(CODE, branch="feature/FEAT-12/pay", main=BOTH), LINKED),
        "a branch with a longer number": (pull(CODE, branch="feat-123-pay", main=BOTH), UNLINKED),
        "a branch with no plan's ID": (pull(CODE, branch="utf-8", main=BOTH), UNLINKED),
        "the plan that it touches itself": (
            pull(CODE, change(APPROVED, APPROVED)),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved"),
        ),
        "an ID by this repository's pattern": (
            pull(CODE, says="Plan: 7", main=[plan("7")], policy="plans: {id_pattern: '[0-9]+'}"),
            passes("7 is Approved", "PlanApproved"),
        ),
    },
    "§5 the first place that names a plan wins": {
        "description before trailer": (
            pull(CODE, says="Plan: FEAT-12", commits=(trailer("Plan: FEAT-13"),), main=BOTH),
            passes("FEAT-12 is Approved", "PlanApproved", "LinksDiffer"),
        ),
        "trailer before title": (
            pull(CODE, title="FEAT-13: x", commits=(trailer("Plan: FEAT-12"),), main=BOTH),
            passes("FEAT-12 is Approved", "PlanApproved", "LinksDiffer"),
        ),
        "title before branch": (
            pull(CODE, title="FEAT-12: x", branch="feat-13", main=BOTH),
            passes("FEAT-12 is Approved", "PlanApproved", "LinksDiffer"),
        ),
        "branch before the plan that it touches": (
            pull(CODE, change(OTHER, OTHER), branch="feat-12", main=BOTH),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved"),
        ),
        "every place differs": (
            pull(
                CODE,
                says="Plan: FEAT-12",
                commits=(trailer("Plan: FEAT-98"),),
                title="FEAT-13: x",
                branch="feat-13",
                main=BOTH,
            ),
            passes("FEAT-12 is Approved", "PlanApproved", *["LinksDiffer"] * 3),
        ),
        "the same plan in every place": (
            pull(
                CODE,
                says="Plan: plans/FEAT-12.md",
                commits=(trailer("Plan: FEAT-12"),),
                title="FEAT-12: x",
                branch="feat-12",
                main=BOTH,
            ),
            LINKED,
        ),
        "an Approved plan in a later place helps nobody": (
            pull(CODE, says="Plan: FEAT-13", title="FEAT-12: x", main=[APPROVED, OTHER_DRAFT]),
            blocks("FEAT-13 is Draft: merging is blocked", "G005 PlanNotApproved", "LinksDiffer"),
        ),
        "a Draft in a later place harms nobody": (
            pull(CODE, says="Plan: FEAT-12", branch="feat-13", main=[APPROVED, OTHER_DRAFT]),
            passes("FEAT-12 is Approved", "PlanApproved", "LinksDiffer"),
        ),
    },
    "§5 several plans": {
        "all Approved": (
            pull(CODE, says="Plan: FEAT-12, FEAT-13", main=BOTH),
            passes("FEAT-12 and FEAT-13 are Approved", "PlanApproved", "PlanApproved"),
        ),
        "on lines of their own": (
            pull(CODE, says="Plan: FEAT-12\nPlan: FEAT-13", main=BOTH),
            passes("FEAT-12 and FEAT-13 are Approved", "PlanApproved", "PlanApproved"),
        ),
        "one is Draft": (
            pull(CODE, says="Plan: FEAT-12, FEAT-13", main=[APPROVED, OTHER_DRAFT]),
            blocks("FEAT-13 is Draft: merging is blocked", "PlanApproved", "G005 PlanNotApproved"),
        ),
        "one is Draft, one there is not": (
            pull(CODE, says="Plan: FEAT-12, FEAT-99", main=[DRAFT]),
            blocks(
                "FEAT-12 is Draft: merging is blocked (and 1 more)",
                "G005 PlanNotApproved",
                "G008 PlanUnknown",
            ),
        ),
        "one plan by its ID and by its path": (
            pull(CODE, says="Plan: FEAT-12, plans/FEAT-12.md", main=BOTH),
            LINKED,
        ),
        "one plan twice": (pull(CODE, says="Plan: FEAT-12\nPlan: FEAT-12", main=BOTH), LINKED),
        "two files with one ID": (
            pull(CODE, says="Plan: FEAT-12", main=[APPROVED, plan(path="plans/copy.md")]),
            blocks("FEAT-12 is claimed by 2 files", "P001 PlanAmbiguous"),
        ),
        "two files with one ID, told apart by path": (
            pull(CODE, says="Plan: plans/FEAT-12.md", main=[APPROVED, plan(path="plans/copy.md")]),
            LINKED,
        ),
        "more than anybody reads": (
            pull(CODE, says=MANY),
            blocks(
                "Not everything could be checked: more than 20 plans are linked (and 20 more)",
                "Unchecked",
                *["G008 PlanUnknown"] * 20,
            ),
        ),
    },
}
