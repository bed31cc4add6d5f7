"""What the gate says of plan files, and of code by the state of its plan: DESIGN §6."""

from bot.gate.verdict import GroupUncovered, NotEvaluated, Verdict
from tests.unit.gate.build import (
    APPROVED,
    CODE,
    DRAFT,
    INVALID,
    OTHER,
    OTHER_DRAFT,
    PLANS_REPOSITORY,
    UNREADABLE_REPOSITORY,
    UNSET,
    Table,
    blocks,
    change,
    changed,
    passes,
    plan,
    pull,
    removed,
    review,
)

FEAT = "Plan: FEAT-12"
DRAFT_HERE = blocks("FEAT-12 must be approved on main before its code")
MOVED = plan(path="docs/plans/pay.md")
MOVED_DRAFT = plan(status="Draft", path="docs/plans/pay.md")

TABLE: Table = {
    "§6 plan files": {
        "a new Draft": (pull(change(None, DRAFT)), passes("FEAT-12 is valid", "PlansValid")),
        "a new plan without a status": (
            pull(change(None, UNSET)),
            passes("FEAT-12 is valid", "PlansValid"),
        ),
        "a changed Draft": (
            pull(change(DRAFT, plan(status="Draft", scope="wide"))),
            passes("FEAT-12 is valid", "PlansValid"),
        ),
        "warnings": (
            pull(change(None, plan(status="Draft", warnings=3))),
            passes("FEAT-12 is valid (3 warnings)", "PlansValid"),
        ),
        "one warning in two plans": (
            pull(change(None, plan(status="Draft", warnings=1)), change(None, OTHER_DRAFT)),
            passes("FEAT-12 and FEAT-13 are valid (1 warning)", "PlansValid"),
        ),
        "errors": (
            pull(change(None, plan(status="Draft", errors=2))),
            blocks("FEAT-12: 2 errors", "PlanHasErrors"),
        ),
        "errors and warnings": (
            pull(change(None, plan(status="Draft", errors=1, warnings=5))),
            blocks("FEAT-12: 1 error", "PlanHasErrors"),
        ),
        "errors beside a valid plan": (
            pull(change(None, plan(status="Draft", errors=1)), change(None, OTHER_DRAFT)),
            blocks("FEAT-12: 1 error", "PlanHasErrors", "PlansValid"),
        ),
        "errors in two plans": (
            pull(
                change(None, plan(status="Draft", errors=1)),
                change(None, plan("FEAT-13", "Draft", errors=1)),
            ),
            blocks("FEAT-12: 1 error (and 1 more)", "PlanHasErrors", "PlanHasErrors"),
        ),
        "a plan without an ID goes by its path": (
            pull(change(None, plan(None, "Draft", "plans/pay.md", errors=1))),
            blocks("plans/pay.md: 1 error", "PlanHasErrors"),
        ),
        "errors beside exempt files": (
            pull(change(None, plan(status="Draft", errors=1)), *changed("docs/a.txt")),
            blocks("FEAT-12: 1 error", "PlanHasErrors"),
        ),
        "an Approved plan set back to Draft": (
            pull(change(APPROVED, DRAFT)),
            passes("FEAT-12 is valid", "PlansValid"),
        ),
        "a removed plan": (
            pull(removed(APPROVED.path), main=[APPROVED]),
            passes("1 plan file removed", "PlanRemoved"),
        ),
        "a plan moved to where plans are not": (
            pull(removed(APPROVED.path), *changed("docs/pay.md"), main=[APPROVED]),
            passes("1 plan file removed", "PlanRemoved"),
        ),
        "a plan removed beside one that is changed": (
            pull(removed(OTHER.path), change(DRAFT, DRAFT), main=[OTHER]),
            passes("FEAT-12 is valid", "PlansValid"),
        ),
        "an Approved plan moved": (
            pull(change(APPROVED, MOVED)),
            passes("FEAT-12 is valid", "PlansValid"),
        ),
    },
    "§6 code, by its plan on the trusted branch": {
        "Approved": (
            pull(CODE, says=FEAT, main=[APPROVED]),
            passes("FEAT-12 is Approved", "PlanApproved"),
        ),
        "Approved with warnings": (
            pull(CODE, says=FEAT, main=[plan(warnings=2)]),
            passes("FEAT-12 is Approved", "PlanApproved"),
        ),
        "Draft": (
            pull(CODE, says=FEAT, main=[DRAFT]),
            blocks("FEAT-12 is Draft: merging is blocked", "G005 PlanNotApproved"),
        ),
        "unset": (
            pull(CODE, says=FEAT, main=[UNSET]),
            blocks("FEAT-12 has no clear Status: merging is blocked", "G005 PlanNotApproved"),
        ),
        "Approved with open questions": (
            pull(CODE, says=FEAT, main=[plan(questions=2)]),
            blocks("FEAT-12 is Approved but has 2 unanswered questions", "G007 PlanInvalid"),
        ),
        "Approved with an error": (
            pull(CODE, says=FEAT, main=[plan(errors=1)]),
            blocks("FEAT-12 is Approved but has 1 error", "G007 PlanInvalid"),
        ),
        "Approved with both": (
            pull(CODE, says=FEAT, main=[INVALID]),
            blocks(
                "FEAT-12 is Approved but has 1 unanswered question and 1 error", "G007 PlanInvalid"
            ),
        ),
        "Draft with errors": (
            pull(CODE, says=FEAT, main=[plan(status="Draft", errors=1)]),
            blocks("FEAT-12 is Draft: merging is blocked", "G005 PlanNotApproved"),
        ),
        "nowhere": (
            pull(CODE, says=FEAT),
            blocks("FEAT-12 is not on main yet", "G008 PlanUnknown"),
        ),
    },
    "§6 plan and code in one pull request": {
        "the plan is new": (
            pull(CODE, change(None, DRAFT), says=FEAT),
            blocks(DRAFT_HERE.title, "PlansValid", "G006 PlanOnlyHere"),
        ),
        "the plan is new, and Approved at once": (
            pull(CODE, change(None, APPROVED), says=FEAT),
            blocks(DRAFT_HERE.title, "PlansValid", "G006 PlanOnlyHere"),
        ),
        "the plan is new, and it is all that is named": (
            pull(CODE, change(None, APPROVED)),
            blocks(DRAFT_HERE.title, "PlansValid", "G006 PlanOnlyHere"),
        ),
        "the plan is set Approved": (
            pull(CODE, change(DRAFT, APPROVED), says=FEAT),
            blocks(DRAFT_HERE.title, "PlansValid", "G006 PlanNotApproved"),
        ),
        "the plan is set Approved and reviewed": (
            pull(CODE, change(DRAFT, APPROVED), says=FEAT, reviews=(review(),)),
            blocks(DRAFT_HERE.title, "PlansValid", "G006 PlanNotApproved"),
        ),
        "the plan is Draft and stays so": (
            pull(CODE, change(DRAFT, DRAFT), says=FEAT),
            blocks("FEAT-12 is Draft: merging is blocked", "PlansValid", "G005 PlanNotApproved"),
        ),
        "the plan is Approved, and a box is ticked": (
            pull(CODE, change(APPROVED, APPROVED), says=FEAT),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved"),
        ),
        "the plan is Approved, and errors come in": (
            pull(CODE, change(APPROVED, plan(errors=1)), says=FEAT),
            blocks("FEAT-12: 1 error", "PlanHasErrors", "PlanApproved"),
        ),
        "the plan is mended in the same breath": (
            pull(CODE, change(plan(errors=1), APPROVED), says=FEAT),
            blocks("FEAT-12 is Approved but has 1 error", "PlansValid", "G007 PlanInvalid"),
        ),
        "another plan is touched, and is valid": (
            pull(CODE, change(OTHER_DRAFT, OTHER_DRAFT), says=FEAT, main=[APPROVED]),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved"),
        ),
        "another plan is touched, and has an error": (
            pull(
                CODE, change(None, plan("FEAT-13", "Draft", errors=1)), says=FEAT, main=[APPROVED]
            ),
            blocks("FEAT-13: 1 error", "PlanHasErrors", "PlanApproved"),
        ),
        "another plan is set Approved, unreviewed": (
            pull(CODE, change(OTHER_DRAFT, OTHER), says=FEAT, main=[APPROVED]),
            blocks(
                "FEAT-13: approval needs a review by someone other than the author",
                "PlansValid",
                "PlanApproved",
                "G002 ApprovalUnreviewed",
            ),
        ),
    },
    "§6 plans that are taken away, back or elsewhere under their code": {
        "removed": (
            pull(CODE, removed(APPROVED.path), says=FEAT, main=[APPROVED]),
            blocks("FEAT-12 is removed by this pull request", "PlanRemoved", "G005 PlanWithdrawn"),
        ),
        "moved to where plans are not": (
            pull(CODE, removed(APPROVED.path), *changed("docs/x.md"), says=FEAT, main=[APPROVED]),
            blocks("FEAT-12 is removed by this pull request", "PlanRemoved", "G005 PlanWithdrawn"),
        ),
        "set back to Draft": (
            pull(CODE, change(APPROVED, DRAFT), says=FEAT),
            blocks(
                "FEAT-12 is set back to Draft by this pull request",
                "PlansValid",
                "G005 PlanWithdrawn",
            ),
        ),
        "moved, linked by ID": (
            pull(CODE, change(APPROVED, MOVED), says=FEAT),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved"),
        ),
        "moved, linked by its old path": (
            pull(CODE, change(APPROVED, MOVED), says="Plan: plans/FEAT-12.md"),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved"),
        ),
        "moved, linked by its new path": (
            pull(CODE, change(APPROVED, MOVED), says="Plan: docs/plans/pay.md"),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved"),
        ),
        "moved and named by nobody": (
            pull(CODE, change(APPROVED, MOVED)),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved"),
        ),
        "moved and set back": (
            pull(CODE, change(APPROVED, MOVED_DRAFT), says=FEAT),
            blocks(
                "FEAT-12 is set back to Draft by this pull request",
                "PlansValid",
                "G005 PlanWithdrawn",
            ),
        ),
        "moved and set back, linked by its old path": (
            pull(CODE, change(APPROVED, MOVED_DRAFT), says="Plan: plans/FEAT-12.md"),
            blocks(
                "FEAT-12 is set back to Draft by this pull request",
                "PlansValid",
                "G005 PlanWithdrawn",
            ),
        ),
        "a Draft moved onto an Approved name": (
            pull(CODE, change(DRAFT, plan(path="plans/pay.md")), says="Plan: plans/pay.md"),
            blocks(DRAFT_HERE.title, "PlansValid", "G006 PlanNotApproved"),
        ),
        "given another ID": (
            pull(CODE, change(APPROVED, plan("FEAT-14", path=APPROVED.path)), says=FEAT),
            blocks("FEAT-12 is removed by this pull request", "PlansValid", "G005 PlanWithdrawn"),
        ),
        "given another ID, and named by that": (
            pull(CODE, change(APPROVED, plan("FEAT-14", path=APPROVED.path)), says="Plan: FEAT-14"),
            blocks(
                "FEAT-14 must be approved on main before its code",
                "PlansValid",
                "G006 PlanOnlyHere",
            ),
        ),
        "set Draft in a second file of its ID": (
            pull(
                CODE,
                change(APPROVED, APPROVED),
                change(None, plan(status="Draft", path="plans/copy.md")),
                says=FEAT,
            ),
            blocks(
                "FEAT-12 is set back to Draft by this pull request",
                "PlansValid",
                "G005 PlanWithdrawn",
            ),
        ),
    },
    "§4 plans in another repository": {
        "Approved there": (
            pull(CODE, says=FEAT, main=[APPROVED], home=PLANS_REPOSITORY),
            passes("FEAT-12 is Approved", "PlanApproved"),
        ),
        "Approved there, named with its repository": (
            pull(CODE, says="Plan: Acme/Plans#FEAT-12", main=[APPROVED], home=PLANS_REPOSITORY),
            passes("FEAT-12 is Approved", "PlanApproved"),
        ),
        "Draft there": (
            pull(CODE, says=FEAT, main=[DRAFT], home=PLANS_REPOSITORY),
            blocks("FEAT-12 is Draft: merging is blocked", "G005 PlanNotApproved"),
        ),
        "not there": (
            pull(CODE, says=FEAT, home=PLANS_REPOSITORY),
            blocks("FEAT-12 is not on trunk yet", "G008 PlanUnknown"),
        ),
        "an Approved one here counts for nothing": (
            pull(
                CODE,
                change(None, plan("FEAT-14", "Draft")),
                says="Plan: FEAT-14",
                home=PLANS_REPOSITORY,
            ),
            blocks("FEAT-14 is not on trunk yet", "PlansValid", "G008 PlanUnknown"),
        ),
        "a plan that is touched here links nothing": (
            pull(CODE, change(None, DRAFT), home=PLANS_REPOSITORY),
            blocks("No plan linked", "PlansValid", "G004 NoPlanLinked"),
        ),
        "removing its namesake here takes nothing away": (
            pull(CODE, removed(APPROVED.path), says=FEAT, main=[APPROVED], home=PLANS_REPOSITORY),
            passes("FEAT-12 is Approved", "PlanRemoved", "PlanApproved"),
        ),
        "unreadable": (
            pull(CODE, says=FEAT, home=UNREADABLE_REPOSITORY),
            blocks("The plans in acme/plans cannot be read", "PlansUnreadable"),
        ),
        "unreadable, and only documentation changes": (
            pull(*changed("docs/a.txt"), home=UNREADABLE_REPOSITORY),
            passes("No plan needed: only exempt files change", "OnlyExemptFiles"),
        ),
        "no plan linked": (
            pull(CODE, home=PLANS_REPOSITORY),
            blocks("No plan linked", "G004 NoPlanLinked"),
        ),
        "a link to where no plans live": (
            pull(CODE, says="Plan: evil/plans#FEAT-12", main=[APPROVED]),
            blocks("FEAT-12 in evil/plans does not count here", "G008 PlanElsewhere"),
        ),
        "an address where no plans live": (
            pull(
                CODE,
                says="Plan: https://github.com/evil/plans/blob/main/plans/FEAT-12.md",
                main=[APPROVED],
            ),
            blocks("plans/FEAT-12.md in evil/plans does not count here", "G008 PlanElsewhere"),
        ),
        "a link to this repository, whose plans are elsewhere": (
            pull(CODE, says="Plan: acme/shop#FEAT-12", main=[APPROVED], home=PLANS_REPOSITORY),
            blocks("FEAT-12 in acme/shop does not count here", "G008 PlanElsewhere"),
        ),
        "one that counts beside one that does not": (
            pull(CODE, says="Plan: FEAT-12, evil/plans#FEAT-13", main=[APPROVED]),
            blocks(
                "FEAT-13 in evil/plans does not count here", "PlanApproved", "G008 PlanElsewhere"
            ),
        ),
    },
    "§6 what no facts tell": {
        "GitHub failed, or we did": (
            Verdict((NotEvaluated("GitHub answered 502", "ABCD:1234"),)),
            blocks("Could not evaluate", "NotEvaluated"),
        ),
        "a merge group of pull requests that nobody knows": (
            Verdict((GroupUncovered("src/a.py"),)),
            blocks("Merge group holds changes of no known pull request", "GroupUncovered"),
        ),
    },
}
