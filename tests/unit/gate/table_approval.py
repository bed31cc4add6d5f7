"""What the gate says of approval: DESIGN §7, on the way in and on the trusted branch."""

from dataclasses import replace

from bot.gate.facts import Actor, Facts, Provenance, Review, Revision, Role
from tests.unit.gate.build import (
    ANN,
    APPROVED,
    AUTHOR,
    BOB,
    BOT,
    CODE,
    DRAFT,
    EARLIER,
    OTHER,
    OTHER_DRAFT,
    UNSET,
    Table,
    blocks,
    change,
    flip,
    passes,
    plan,
    proof,
    pull,
    review,
)

VALID = passes("FEAT-12 is valid", "PlansValid")
UNREVIEWED = blocks(
    "FEAT-12: approval needs a review by someone other than the author",
    "PlansValid",
    "G002 ApprovalUnreviewed",
)
OUTDATED = blocks(
    "FEAT-12 has changed on main: update this branch before its approval",
    "PlansValid",
    "G002 ApprovalOutdated",
)
BY_NO_PERSON = blocks(
    "FEAT-12: approval must be set by a person", "PlansValid", "G001 ApprovedByBot"
)
REVISED = blocks(
    "FEAT-12 changes after its approval: that needs a review",
    "PlansValid",
    "G003 ChangedAfterApproval",
)
BOTH_WANTING = blocks(
    "FEAT-12: approval must be set by a person (and 1 more)",
    "PlansValid",
    "G001 ApprovedByBot",
    "G002 ApprovalUnreviewed",
)
LINKED = passes("FEAT-12 is Approved", "PlanApproved")
UNPROVEN = blocks("FEAT-12 is Approved, but not as the policy asks", "G002 ApprovalUnproven")

FEAT = "Plan: FEAT-12"
WIDER, DEEPER = plan(scope="wide"), plan(scope="wide", rollback="none")
WIDER_DRAFT = plan(status="Draft", scope="wide")
ASKED, ANSWERED = plan(question_1=""), plan(question_1="Stripe")
TWO, NONE, BOTS = "approval: {reviews: 2}", "approval: {reviews: 0}", "approval: {allow_bots: true}"
ENFORCE = "approval: {provenance: enforce}"
BY_BOB = review(BOB)


def since(*later: Revision, policy: str = ENFORCE) -> Facts:
    """Code under a plan that was approved as it should be, and changed since."""
    proven: dict[str, Provenance] = {
        path: replace(known, later=later) for path, known in proof(AUTHOR, review()).items()
    }
    return pull(CODE, says=FEAT, main=[APPROVED], provenance=proven, policy=policy)


def later(*reviews: Review, number: int = 5) -> Revision:
    """A change of the plan's scope that bob's pull request brought."""
    return Revision("1" * 40, ("scope",), number, BOB if number else None, reviews)


TABLE: Table = {
    "§7 setting a plan Approved": {
        "reviewed": (pull(flip(), reviews=(review(),)), VALID),
        "unreviewed": (pull(flip()), UNREVIEWED),
        "by a new file, reviewed": (pull(change(None, APPROVED), reviews=(review(),)), VALID),
        "by a new file, unreviewed": (pull(change(None, APPROVED)), UNREVIEWED),
        "from no clear status": (pull(change(UNSET, APPROVED)), UNREVIEWED),
        "with an open question": (
            pull(change(DRAFT, plan(questions=1)), reviews=(review(),)),
            blocks("FEAT-12: 1 error", "PlanHasErrors"),
        ),
        "with an open question, unreviewed": (
            pull(change(DRAFT, plan(questions=1))),
            blocks("FEAT-12: 1 error (and 1 more)", "PlanHasErrors", "G002 ApprovalUnreviewed"),
        ),
        "two plans, unreviewed": (
            pull(flip(), change(OTHER_DRAFT, OTHER)),
            blocks(
                f"{UNREVIEWED.title} (and 1 more)",
                "PlansValid",
                "G002 ApprovalUnreviewed",
                "G002 ApprovalUnreviewed",
            ),
        ),
        "two plans, of which the reviewer wrote one": (
            pull(flip(), change(OTHER_DRAFT, OTHER, writers=[ANN]), reviews=(review(ANN),)),
            blocks(
                "FEAT-13: approval needs a review by someone other than the author",
                "PlansValid",
                "G002 ApprovalUnreviewed",
            ),
        ),
        "beside code that is exempt": (
            pull(CODE, flip(), labels=(), policy="gate: {exempt_paths: ['src/**']}"),
            UNREVIEWED,
        ),
    },
    "§7 whose review counts": {
        "one of several": (pull(flip(), reviews=(review(BOT), review(), review(BOB))), VALID),
        "an admin's": (pull(flip(), reviews=(review(role=Role.ADMIN),)), VALID),
        "not a Bot's": (pull(flip(), reviews=(review(BOT),)), UNREVIEWED),
        "not the author's": (pull(flip(), reviews=(review(AUTHOR),)), UNREVIEWED),
        "not the author's by another case": (
            pull(flip(), reviews=(review(Actor("Author")),)),
            UNREVIEWED,
        ),
        "not that of one who wrote a part": (
            pull(flip(writers=[ANN]), reviews=(review(ANN),)),
            UNREVIEWED,
        ),
        "not a request for changes": (
            pull(flip(), reviews=(review(state="CHANGES_REQUESTED"),)),
            UNREVIEWED,
        ),
        "not a dismissed one": (pull(flip(), reviews=(review(state="DISMISSED"),)), UNREVIEWED),
        "not a comment": (pull(flip(), reviews=(review(state="COMMENTED"),)), UNREVIEWED),
        "not what GitHub may yet invent": (
            pull(flip(), reviews=(review(state="APPROVED_LATER"),)),
            UNREVIEWED,
        ),
        "not that of an earlier head": (pull(flip(), reviews=(review(of=EARLIER),)), UNREVIEWED),
        "not one without write permission": (
            pull(flip(), reviews=(review(role=Role.TRIAGE),)),
            UNREVIEWED,
        ),
        "not one of somebody who is no approver": (
            pull(
                flip(),
                reviews=(review(approver=False),),
                policy="approval: {approvers: ['@acme/leads']}",
            ),
            UNREVIEWED,
        ),
        "an approver's": (
            pull(flip(), reviews=(review(),), policy="approval: {approvers: ['@acme/leads']}"),
            VALID,
        ),
        "not where the same person requests changes too": (
            pull(flip(), reviews=(review(), review(state="CHANGES_REQUESTED"))),
            UNREVIEWED,
        ),
        "nobody's where it is not known who wrote the plan": (
            pull(flip(blamed=False), reviews=(review(), review(BOB))),
            BOTH_WANTING,
        ),
    },
    "§7 how many reviews": {
        "two of two": (pull(flip(), reviews=(review(), BY_BOB), policy=TWO), VALID),
        "one of two": (
            pull(flip(), reviews=(review(),), policy=TWO),
            blocks(
                "FEAT-12: approval needs 2 reviews by someone other than the author",
                "PlansValid",
                "G002 ApprovalUnreviewed",
            ),
        ),
        "one person twice is one": (
            pull(flip(), reviews=(review(ANN), review(Actor("ANN"))), policy=TWO),
            blocks(
                "FEAT-12: approval needs 2 reviews by someone other than the author",
                "PlansValid",
                "G002 ApprovalUnreviewed",
            ),
        ),
        "one of two for a change": (
            pull(change(APPROVED, WIDER), reviews=(review(),), policy=TWO),
            blocks(
                "FEAT-12 changes after its approval: that needs 2 reviews",
                "PlansValid",
                "G003 ChangedAfterApproval",
            ),
        ),
        "none of none": (pull(flip(), policy=NONE), VALID),
        "none of none, for a change": (pull(change(APPROVED, WIDER), policy=NONE), VALID),
        "none of none, and by a Bot": (pull(flip(by=BOT), policy=NONE), BY_NO_PERSON),
    },
    "§7 who set it": {
        "a Bot": (pull(flip(by=BOT), reviews=(review(),)), BY_NO_PERSON),
        "a Bot, unreviewed": (pull(flip(by=BOT)), BOTH_WANTING),
        "a person in a Bot's pull request": (
            pull(flip(), author=BOT, reviews=(review(),)),
            BY_NO_PERSON,
        ),
        "no known account": (pull(flip(by=None), reviews=(review(),)), BY_NO_PERSON),
        "nobody that blame could tell": (
            pull(flip(blamed=False), reviews=(review(),)),
            BOTH_WANTING,
        ),
        "a commit that is not of this pull request": (
            pull(flip(in_pull=False), reviews=(review(),)),
            BY_NO_PERSON,
        ),
        "somebody else than the author": (pull(flip(by=BOB), reviews=(review(),)), VALID),
        "a Bot, where Bots may": (pull(flip(by=BOT), reviews=(review(),), policy=BOTS), VALID),
        "a Bot, where Bots may, unreviewed": (pull(flip(by=BOT), policy=BOTS), UNREVIEWED),
        "no known account, where Bots may": (
            pull(flip(by=None), reviews=(review(),), policy=BOTS),
            VALID,
        ),
        "a Bot that sets it back": (pull(change(APPROVED, DRAFT, by=BOT), author=BOT), VALID),
        "a Bot that revises it": (
            pull(change(APPROVED, WIDER, by=BOT), author=BOT, reviews=(review(),)),
            VALID,
        ),
    },
    "§7 changing an Approved plan": {
        "nothing that matters": (pull(change(APPROVED, APPROVED)), VALID),
        "a section": (pull(change(APPROVED, WIDER)), REVISED),
        "a section, reviewed": (pull(change(APPROVED, WIDER), reviews=(review(),)), VALID),
        "a section, reviewed before": (
            pull(change(APPROVED, WIDER), reviews=(review(of=EARLIER),)),
            REVISED,
        ),
        "a section, reviewed by who wrote it": (
            pull(change(APPROVED, WIDER, writers=[ANN]), reviews=(review(ANN),)),
            REVISED,
        ),
        "a section more": (pull(change(APPROVED, plan(rollback="none"))), REVISED),
        "a section less": (pull(change(plan(rollback="none"), APPROVED)), REVISED),
        "two sections": (pull(change(APPROVED, DEEPER)), REVISED),
        "a section, and back to Draft": (
            pull(change(APPROVED, plan(status="Draft", scope="wide"))),
            VALID,
        ),
        "an answer given": (pull(change(ASKED, ANSWERED)), VALID),
        "an answer changed": (pull(change(ANSWERED, plan(question_1="Paypal"))), REVISED),
        "an answer taken back": (pull(change(ANSWERED, ASKED)), REVISED),
        "a question added": (pull(change(APPROVED, ASKED)), VALID),
        "a question removed": (pull(change(ASKED, APPROVED)), REVISED),
        "another place": (pull(change(APPROVED, plan(path="plans/pay.md"))), VALID),
        "another place and a section": (
            pull(change(APPROVED, plan(path="plans/pay.md", scope="wide"))),
            REVISED,
        ),
        "a section, beside its code": (
            pull(CODE, change(APPROVED, WIDER), says=FEAT),
            blocks(REVISED.title, "PlansValid", "PlanApproved", "G003 ChangedAfterApproval"),
        ),
        "a section, beside its code, reviewed": (
            pull(CODE, change(APPROVED, WIDER), says=FEAT, reviews=(review(),)),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved"),
        ),
        "a section, and with an error": (
            pull(change(APPROVED, plan(scope="wide", errors=1))),
            blocks("FEAT-12: 1 error (and 1 more)", "PlanHasErrors", "G003 ChangedAfterApproval"),
        ),
    },
    "§7 the trusted branch went on meanwhile": {
        "it has set the plan back, the head keeps Approved": (
            pull(change(DRAFT, APPROVED, left=APPROVED)),
            UNREVIEWED,
        ),
        "it has set the plan Approved, the head changes a Draft": (
            pull(change(APPROVED, plan(status="Draft", scope="wide"), left=DRAFT)),
            REVISED,
        ),
        "it has changed a section that the head leaves alone": (
            pull(change(WIDER, APPROVED, left=APPROVED)),
            VALID,
        ),
        "it has made the very change already": (pull(change(WIDER, WIDER, left=APPROVED)), VALID),
        "it has changed one section, the head another": (
            pull(change(WIDER, plan(rollback="none"), left=APPROVED)),
            REVISED,
        ),
        "it has changed the Draft that the head approves": (
            pull(change(WIDER_DRAFT, APPROVED, left=DRAFT), reviews=(review(),)),
            OUTDATED,
        ),
        "it has changed the Draft as the head has, too": (
            pull(change(WIDER_DRAFT, WIDER, left=DRAFT), reviews=(review(),)),
            VALID,
        ),
        "it has changed the Draft that the head approves, and no review is asked for": (
            pull(change(WIDER_DRAFT, APPROVED, left=DRAFT), policy=NONE),
            VALID,
        ),
    },
    "§7 how an approval came about, where that is enforced": {
        "set by a person, merged, reviewed": (
            pull(
                CODE, says=FEAT, main=[APPROVED], provenance=proof(AUTHOR, review()), policy=ENFORCE
            ),
            LINKED,
        ),
        "of a review nobody asks which commit": (
            pull(
                CODE,
                says=FEAT,
                main=[APPROVED],
                provenance=proof(AUTHOR, review(of=EARLIER)),
                policy=ENFORCE,
            ),
            LINKED,
        ),
        "not known": (pull(CODE, says=FEAT, main=[APPROVED], policy=ENFORCE), UNPROVEN),
        "set by a Bot": (
            pull(CODE, says=FEAT, main=[APPROVED], provenance=proof(BOT, review()), policy=ENFORCE),
            UNPROVEN,
        ),
        "brought by a Bot's pull request": (
            pull(
                CODE,
                says=FEAT,
                main=[APPROVED],
                provenance=proof(AUTHOR, review(), author=BOT),
                policy=ENFORCE,
            ),
            UNPROVEN,
        ),
        "set by no known account": (
            pull(
                CODE, says=FEAT, main=[APPROVED], provenance=proof(None, review()), policy=ENFORCE
            ),
            UNPROVEN,
        ),
        "pushed without a pull request": (
            pull(
                CODE,
                says=FEAT,
                main=[APPROVED],
                provenance=proof(AUTHOR, review(), pull=0),
                policy=ENFORCE,
            ),
            UNPROVEN,
        ),
        "unreviewed": (
            pull(CODE, says=FEAT, main=[APPROVED], provenance=proof(), policy=ENFORCE),
            UNPROVEN,
        ),
        "reviewed by its author": (
            pull(
                CODE,
                says=FEAT,
                main=[APPROVED],
                provenance=proof(BOB, review(AUTHOR)),
                policy=ENFORCE,
            ),
            UNPROVEN,
        ),
        "reviewed without the right": (
            pull(
                CODE,
                says=FEAT,
                main=[APPROVED],
                provenance=proof(AUTHOR, review(role=Role.READ)),
                policy=ENFORCE,
            ),
            UNPROVEN,
        ),
        "another plan's is no proof": (
            pull(
                CODE,
                says="Plan: FEAT-13",
                main=[OTHER],
                provenance=proof(AUTHOR, review()),
                policy=ENFORCE,
            ),
            blocks("FEAT-13 is Approved, but not as the policy asks", "G002 ApprovalUnproven"),
        ),
        "of a Draft it is not asked": (
            pull(CODE, says=FEAT, main=[DRAFT], policy=ENFORCE),
            blocks("FEAT-12 is Draft: merging is blocked", "G005 PlanNotApproved"),
        ),
    },
    "§7 what changed since, where that is enforced": {
        "reviewed": (since(later(review())), LINKED),
        "unreviewed": (since(later()), UNPROVEN),
        "reviewed by its author": (since(later(BY_BOB)), UNPROVEN),
        "reviewed by who approved the plan": (since(later(review(AUTHOR))), LINKED),
        "reviewed without the right": (since(later(review(role=Role.READ))), UNPROVEN),
        "reviewed by nobody of the approvers": (
            since(later(replace(review(), approver=False))),
            UNPROVEN,
        ),
        "with one review of two": (
            since(
                later(review()),
                policy="approval: {provenance: enforce, reviews: 2}",
            ),
            UNPROVEN,
        ),
        "without a pull request": (since(later(review(), number=0)), UNPROVEN),
        "where no review is needed": (
            since(later(), policy="approval: {provenance: enforce, reviews: 0}"),
            LINKED,
        ),
        "where no review is needed, but a pull request": (
            since(later(number=0), policy="approval: {provenance: enforce, reviews: 0}"),
            UNPROVEN,
        ),
        "one of two unreviewed": (since(later(review()), later()), UNPROVEN),
        "all of two reviewed": (since(later(review()), later(review(AUTHOR))), LINKED),
    },
    "§7 how an approval came about, where that is only recorded": {
        "changed since, unreviewed": (since(later(), policy=""), LINKED),
        "not known": (pull(CODE, says=FEAT, main=[APPROVED]), LINKED),
        "set by a Bot": (pull(CODE, says=FEAT, main=[APPROVED], provenance=proof(BOT)), LINKED),
        "unreviewed": (pull(CODE, says=FEAT, main=[APPROVED], provenance=proof(pull=0)), LINKED),
    },
}
