"""What the gate says of exemptions, configuration, limits, and what first: DESIGN §6, §9, §10."""

from bot.gate.facts import Actor, Role
from tests.unit.gate.build import (
    ANN,
    APPROVED,
    AUTHOR,
    BOT,
    CODE,
    DRAFT,
    EARLIER,
    EVE,
    OTHER_DRAFT,
    PROBLEM,
    RENOVATE,
    UNREADABLE_REPOSITORY,
    Table,
    blocks,
    change,
    changed,
    claim,
    commit,
    exemption,
    flip,
    label,
    overridden,
    passes,
    plan,
    pull,
    would_block,
)

FEAT = "Plan: FEAT-12"
BROKEN = plan(status="Draft", errors=1)
UNLINKED = blocks("No plan linked", "G004 NoPlanLinked")
UNLABELLED = blocks("No plan linked", "G004 NoPlanLinked", "LabelNotCounted")
BY_RENOVATE = passes("Exempt: renovate[bot]", "ExemptAuthor")
BY_LABEL = passes("Exempt: label no-plan, put on by ann", "ExemptLabel")
BY_ANN = passes("Exempt: ann says “hotfix”", "ExemptByPerson")
APPROVED_ROW = passes("FEAT-12 is Approved", "PlanApproved")
HUMANS = "gate: {exempt_authors: [eve]}"
SHADOW = "mode: shadow"

TABLE: Table = {
    "§6 exempt authors": {
        "a Bot": (pull(CODE, author=RENOVATE, commits=(commit(RENOVATE),)), BY_RENOVATE),
        "a person": (
            pull(CODE, author=EVE, commits=(commit(EVE),), policy=HUMANS),
            passes("Exempt: eve", "ExemptAuthor"),
        ),
        "somebody else": (pull(CODE, author=ANN, commits=(commit(ANN),), policy=HUMANS), UNLINKED),
        "a Bot that has a person's login": (
            pull(
                CODE,
                author=Actor("eve", bot=True),
                commits=(commit(Actor("eve", bot=True)),),
                policy=HUMANS,
            ),
            UNLINKED,
        ),
        "a person who has a Bot's login": (
            pull(CODE, author=Actor("renovate[bot]"), commits=(commit(Actor("renovate[bot]")),)),
            UNLINKED,
        ),
        "a login in another case": (
            pull(
                CODE,
                author=Actor("Renovate[bot]", bot=True),
                commits=(commit(Actor("Renovate[bot]", bot=True)),),
            ),
            UNLINKED,
        ),
        "a Bot's login without its suffix": (
            pull(CODE, author=Actor("renovate"), commits=(commit(Actor("renovate")),)),
            UNLINKED,
        ),
        "another Bot": (pull(CODE, author=BOT, commits=(commit(BOT),)), UNLINKED),
        "with no commit": (pull(CODE, author=RENOVATE), UNLINKED),
        "with somebody else's commit": (
            pull(CODE, author=RENOVATE, commits=(commit(RENOVATE), commit(EVE))),
            UNLINKED,
        ),
        "with a commit of nobody known": (
            pull(CODE, author=RENOVATE, commits=(commit(RENOVATE), commit(None))),
            UNLINKED,
        ),
        "with an unverified commit": (
            pull(CODE, author=RENOVATE, commits=(commit(RENOVATE, verified=False),)),
            UNLINKED,
        ),
        "with a commit of another exempt author": (
            pull(
                CODE,
                author=RENOVATE,
                commits=(commit(RENOVATE), commit(Actor("dependabot[bot]", bot=True))),
            ),
            BY_RENOVATE,
        ),
        "an exempt author's commits in another's pull request": (
            pull(CODE, author=EVE, commits=(commit(RENOVATE),)),
            UNLINKED,
        ),
        "the plan is not asked for": (
            pull(CODE, author=RENOVATE, commits=(commit(RENOVATE),), says=FEAT, main=[DRAFT]),
            BY_RENOVATE,
        ),
        "plan files are held to the format all the same": (
            pull(CODE, change(None, BROKEN), author=RENOVATE, commits=(commit(RENOVATE),)),
            blocks("FEAT-12: 1 error", "PlanHasErrors", "ExemptAuthor"),
        ),
        "and to the approval policy": (
            pull(CODE, flip(by=RENOVATE), author=RENOVATE, commits=(commit(RENOVATE),)),
            blocks(
                "FEAT-12: approval must be set by a person (and 1 more)",
                "PlansValid",
                "ExemptAuthor",
                "G001 ApprovedByBot",
                "G002 ApprovalUnreviewed",
            ),
        ),
        "with documentation alone there is nothing to exempt": (
            pull(*changed("docs/a.txt"), author=RENOVATE, commits=(commit(RENOVATE),)),
            passes("No plan needed: only exempt files change", "OnlyExemptFiles"),
        ),
    },
    "§6 exempting labels": {
        "by a maintainer": (pull(CODE, labels=(label("no-plan", ANN),)), BY_LABEL),
        "by an admin": (pull(CODE, labels=(label("no-plan", ANN, Role.ADMIN),)), BY_LABEL),
        "by somebody who may write": (
            pull(CODE, labels=(label("no-plan", ANN, Role.WRITE),)),
            UNLABELLED,
        ),
        "by the author": (pull(CODE, labels=(label("no-plan", AUTHOR, Role.ADMIN),)), UNLABELLED),
        "by the author in another case": (
            pull(CODE, labels=(label("no-plan", Actor("AUTHOR"), Role.ADMIN),)),
            UNLABELLED,
        ),
        "by a Bot": (pull(CODE, labels=(label("no-plan", BOT, Role.ADMIN),)), UNLABELLED),
        "by nobody that GitHub remembers": (
            pull(CODE, labels=(label("no-plan", None, Role.NONE),)),
            UNLABELLED,
        ),
        "one that counts beside one that does not": (
            pull(CODE, labels=(label("hotfix", AUTHOR), label("no-plan", ANN))),
            passes("Exempt: label no-plan, put on by ann", "ExemptLabel", "LabelNotCounted"),
        ),
        "one that does not count beside an Approved plan": (
            pull(CODE, says=FEAT, main=[APPROVED], labels=(label("no-plan", AUTHOR),)),
            passes("FEAT-12 is Approved", "PlanApproved", "LabelNotCounted"),
        ),
        "the plan is not asked for": (
            pull(CODE, says=FEAT, main=[DRAFT], labels=(label("no-plan", ANN),)),
            BY_LABEL,
        ),
        "nor whether it can be read": (
            pull(CODE, labels=(label("no-plan", ANN),), home=UNREADABLE_REPOSITORY),
            BY_LABEL,
        ),
        "a broken plan beside it blocks": (
            pull(CODE, change(None, BROKEN), labels=(label("no-plan", ANN),)),
            blocks("FEAT-12: 1 error", "PlanHasErrors", "ExemptLabel"),
        ),
        "an approval beside it needs its review": (
            pull(CODE, flip(), labels=(label("no-plan", ANN),)),
            blocks(
                "FEAT-12: approval needs a review by someone other than the author",
                "PlansValid",
                "ExemptLabel",
                "G002 ApprovalUnreviewed",
            ),
        ),
    },
    "§10 /plan-exempt": {
        "of this head": (pull(CODE, exemption=exemption()), BY_ANN),
        "of an earlier head": (
            pull(CODE, exemption=exemption(EARLIER)),
            blocks("No plan linked", "G004 NoPlanLinked", "ExemptionEnded"),
        ),
        "of an earlier head, and the plan is Approved": (
            pull(CODE, says=FEAT, main=[APPROVED], exemption=exemption(EARLIER)),
            passes("FEAT-12 is Approved", "PlanApproved", "ExemptionEnded"),
        ),
        "beside a label that does not count": (
            pull(CODE, exemption=exemption(), labels=(label("no-plan", AUTHOR),)),
            passes("Exempt: ann says “hotfix”", "ExemptByPerson", "LabelNotCounted"),
        ),
        "beside a plan with errors": (
            pull(CODE, change(None, BROKEN), exemption=exemption()),
            blocks("FEAT-12: 1 error", "PlanHasErrors", "ExemptByPerson"),
        ),
        "of documentation there is nothing to say": (
            pull(*changed("docs/a.txt"), exemption=exemption(EARLIER)),
            passes("No plan needed: only exempt files change", "OnlyExemptFiles"),
        ),
    },
    "§9 configuration": {
        "broken on the trusted branch": (
            pull(CODE, says=FEAT, main=[APPROVED], config_problem=PROBLEM),
            blocks("Configuration error", "ConfigBroken"),
        ),
        "broken, and only documentation changes": (
            pull(*changed("docs/a.txt"), config_problem=PROBLEM),
            blocks("Configuration error", "ConfigBroken"),
        ),
        "broken, whatever else is": (
            pull(CODE, flip(by=BOT), config_problem=PROBLEM, unread="x", exemption=exemption()),
            blocks("Configuration error", "ConfigBroken"),
        ),
        "broken by this pull request": (
            pull(*changed("docs/a.txt"), proposed_config=PROBLEM),
            blocks(
                "Configuration error in this pull request",
                "ProposedConfigBroken",
                "OnlyExemptFiles",
            ),
        ),
        "broken by this pull request, whose plan is Approved": (
            pull(CODE, says=FEAT, main=[APPROVED], proposed_config=PROBLEM),
            blocks(
                "Configuration error in this pull request", "ProposedConfigBroken", "PlanApproved"
            ),
        ),
        "a locked key is set in vain": (
            pull(CODE, says=FEAT, main=[APPROVED], overridden=(overridden("approval.reviews"),)),
            passes("FEAT-12 is Approved", "PlanApproved", "KeyLocked"),
        ),
        "two locked keys are set in vain": (
            pull(overridden=(overridden("approval.reviews"), overridden("mode"))),
            passes(
                "No plan needed: only exempt files change",
                "OnlyExemptFiles",
                "KeyLocked",
                "KeyLocked",
            ),
        ),
        "a locked key beside what blocks": (
            pull(CODE, overridden=(overridden("mode"),)),
            blocks("No plan linked", "G004 NoPlanLinked", "KeyLocked"),
        ),
    },
    "§6 limits": {
        "nothing was read": (
            pull(unread="GitHub lists only 3,000"),
            blocks(
                "Not everything could be checked: GitHub lists only 3,000",
                "Unchecked",
                "OnlyExemptFiles",
            ),
        ),
        "beside an Approved plan": (
            pull(CODE, says=FEAT, main=[APPROVED], unread="x"),
            blocks("Not everything could be checked: x", "Unchecked", "PlanApproved"),
        ),
        "beside an exemption": (
            pull(CODE, exemption=exemption(), unread="x"),
            blocks("Not everything could be checked: x", "Unchecked", "ExemptByPerson"),
        ),
    },
    "§6 shadow mode": {
        "what passes": (pull(CODE, says=FEAT, main=[APPROVED], policy=SHADOW), APPROVED_ROW),
        "what is exempt": (pull(CODE, exemption=exemption(), policy=SHADOW), BY_ANN),
        "what blocks": (
            pull(CODE, policy=SHADOW),
            would_block("No plan linked", "G004 NoPlanLinked"),
        ),
        "what blocks twice": (
            pull(CODE, change(None, BROKEN), policy=SHADOW),
            would_block("FEAT-12: 1 error (and 1 more)", "PlanHasErrors", "G006 PlanOnlyHere"),
        ),
        "a broken configuration knows no shadow": (
            pull(CODE, config_problem=PROBLEM, policy=SHADOW),
            blocks("Configuration error", "ConfigBroken"),
        ),
        "a configuration that this pull request breaks": (
            pull(proposed_config=PROBLEM, policy=SHADOW),
            would_block(
                "Configuration error in this pull request",
                "ProposedConfigBroken",
                "OnlyExemptFiles",
            ),
        ),
    },
    "§6 several things at once, and what is said first": {
        "a limit, before the configuration that it proposes": (
            pull(CODE, unread="x", proposed_config=PROBLEM),
            blocks(
                "Not everything could be checked: x (and 2 more)",
                "Unchecked",
                "ProposedConfigBroken",
                "G004 NoPlanLinked",
            ),
        ),
        "the proposed configuration, before a plan's errors": (
            pull(change(None, BROKEN), proposed_config=PROBLEM),
            blocks(
                "Configuration error in this pull request (and 1 more)",
                "ProposedConfigBroken",
                "PlanHasErrors",
            ),
        ),
        "a plan's errors, before code": (
            pull(CODE, change(None, BROKEN)),
            blocks("FEAT-12: 1 error (and 1 more)", "PlanHasErrors", "G006 PlanOnlyHere"),
        ),
        "code, before approval": (
            pull(
                CODE, change(APPROVED, plan(scope="wide")), says="Plan: FEAT-13", main=[OTHER_DRAFT]
            ),
            blocks(
                "FEAT-13 is Draft: merging is blocked (and 1 more)",
                "PlansValid",
                "G005 PlanNotApproved",
                "G003 ChangedAfterApproval",
            ),
        ),
        "a plan, before its task": (
            pull(
                CODE,
                says="Plan: FEAT-12#2",
                main=[plan(status="Draft", tasks={1: (), 2: (1,)})],
                claims=(claim(2, 3),),
                policy="tasks: {order: error, link: error}",
            ),
            blocks(
                "FEAT-12 is Draft: merging is blocked (and 2 more)",
                "G005 PlanNotApproved",
                "G010 TaskTooEarly",
                "G011 TaskTaken",
            ),
        ),
        "an Approved plan, before a valid one": (
            pull(CODE, change(APPROVED, APPROVED), overridden=(overridden("mode"),)),
            passes("FEAT-12 is Approved", "PlansValid", "PlanApproved", "KeyLocked"),
        ),
        "an exemption, before a valid plan": (
            pull(CODE, change(None, DRAFT), exemption=exemption()),
            passes("Exempt: ann says “hotfix”", "PlansValid", "ExemptByPerson"),
        ),
        "an author's exemption, before a label's and a person's": (
            pull(
                CODE,
                author=RENOVATE,
                commits=(commit(RENOVATE),),
                labels=(label("no-plan", ANN),),
                exemption=exemption(),
            ),
            BY_RENOVATE,
        ),
        "a label's, before a person's": (
            pull(CODE, labels=(label("no-plan", ANN),), exemption=exemption()),
            BY_LABEL,
        ),
    },
}
