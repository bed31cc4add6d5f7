"""What the gate says of tasks: DESIGN §8."""

from tests.unit.gate.build import (
    CODE,
    OTHER,
    Table,
    blocks,
    claim,
    passes,
    plan,
    pull,
    trailer,
)

PLAN = plan(tasks={1: (), 2: (1,), 3: (1, 2), 4: (9,)})
DRAFT = plan(status="Draft", tasks={1: ()})
MAIN = [PLAN, OTHER]
APPROVED = passes("FEAT-12 is Approved", "PlanApproved")
EARLY = passes("FEAT-12 is Approved", "PlanApproved", "TaskTooEarly")
TAKEN = passes("FEAT-12 is Approved", "PlanApproved", "TaskTaken")
ORDER, LINK = "tasks: {order: error}", "tasks: {link: error}"
ORDER_OFF, LINK_OFF = "tasks: {order: 'off'}", "tasks: {link: 'off'}"

TABLE: Table = {
    "§8 naming a task": {
        "that the plan has": (pull(CODE, says="Plan: FEAT-12#1", main=MAIN), APPROVED),
        "on a line of its own": (pull(CODE, says="Plan: FEAT-12\nTask: 1", main=MAIN), APPROVED),
        "in a trailer": (pull(CODE, commits=(trailer("Plan: FEAT-12#1"),), main=MAIN), APPROVED),
        "in the title": (pull(CODE, title="FEAT-12#1: x", main=MAIN), APPROVED),
        "that the plan has not": (
            pull(CODE, says="Plan: FEAT-12#8", main=MAIN),
            blocks("FEAT-12 has no task 8", "PlanApproved", "G009 TaskUnknown"),
        ),
        "of a plan without tasks": (
            pull(CODE, says="Plan: FEAT-13#1", main=MAIN),
            blocks("FEAT-13 has no task 1", "PlanApproved", "G009 TaskUnknown"),
        ),
        "and one that the plan has not": (
            pull(CODE, says="Plan: FEAT-12#1, FEAT-12#8", main=MAIN),
            blocks("FEAT-12 has no task 8", "PlanApproved", "G009 TaskUnknown"),
        ),
        "that a Draft has not": (
            pull(CODE, says="Plan: FEAT-12#8", main=[DRAFT]),
            blocks(
                "FEAT-12 is Draft: merging is blocked (and 1 more)",
                "G005 PlanNotApproved",
                "G009 TaskUnknown",
            ),
        ),
        "of a plan that there is not": (
            pull(CODE, says="Plan: FEAT-99#1", main=MAIN),
            blocks("FEAT-99 is not on main yet", "G008 PlanUnknown"),
        ),
        "beside no plan": (
            pull(CODE, says="Task: 1", title="FEAT-12: x", main=MAIN),
            passes("FEAT-12 is Approved", "PlanApproved", "TaskLoose"),
        ),
        "beside two plans": (
            pull(CODE, says="Plan: FEAT-12, FEAT-13\nTask: 1", main=MAIN),
            passes("FEAT-12 and FEAT-13 are Approved", "PlanApproved", "PlanApproved", "TaskLoose"),
        ),
        "and nothing else": (
            pull(CODE, says="Task: 1", main=MAIN),
            blocks("No plan linked", "G004 NoPlanLinked", "TaskLoose"),
        ),
    },
    "§8 a task that depends on others": {
        "that are merged": (
            pull(CODE, says="Plan: FEAT-12#2", main=MAIN, claims=(claim(1, 3, merged=True),)),
            APPROVED,
        ),
        "that are not": (pull(CODE, says="Plan: FEAT-12#2", main=MAIN), EARLY),
        "that are open": (
            pull(CODE, says="Plan: FEAT-12#2", main=MAIN, claims=(claim(1, 3),)),
            EARLY,
        ),
        "of which one is merged": (
            pull(CODE, says="Plan: FEAT-12#3", main=MAIN, claims=(claim(1, 3, merged=True),)),
            EARLY,
        ),
        "that it brings itself": (
            pull(CODE, says="Plan: FEAT-12#1, FEAT-12#2", main=MAIN),
            APPROVED,
        ),
        "that it brings by the plan's path": (
            pull(CODE, says="Plan: FEAT-12#1, plans/FEAT-12.md#2", main=MAIN),
            APPROVED,
        ),
        "of another plan are no matter": (
            pull(
                CODE,
                says="Plan: FEAT-12#2",
                main=MAIN,
                claims=(claim(1, 3, merged=True, plan="FEAT-13"),),
            ),
            EARLY,
        ),
        "that there are not": (pull(CODE, says="Plan: FEAT-12#4", main=MAIN), EARLY),
        "that are not, where order is off": (
            pull(CODE, says="Plan: FEAT-12#2", main=MAIN, policy=ORDER_OFF),
            APPROVED,
        ),
        "that are not, where order is an error": (
            pull(CODE, says="Plan: FEAT-12#2", main=MAIN, policy=ORDER),
            blocks("FEAT-12#2 waits for task 1", "PlanApproved", "G010 TaskTooEarly"),
        ),
        "of which none is, where order is an error": (
            pull(CODE, says="Plan: FEAT-12#3", main=MAIN, policy=ORDER),
            blocks("FEAT-12#3 waits for tasks 1 and 2", "PlanApproved", "G010 TaskTooEarly"),
        ),
        "that are merged, where order is an error": (
            pull(
                CODE,
                says="Plan: FEAT-12#2",
                main=MAIN,
                policy=ORDER,
                claims=(claim(1, 3, merged=True),),
            ),
            APPROVED,
        ),
    },
    "§8 a task that another pull request has": {
        "merged": (
            pull(CODE, says="Plan: FEAT-12#1", main=MAIN, claims=(claim(1, 9, merged=True),)),
            TAKEN,
        ),
        "opened earlier": (
            pull(CODE, says="Plan: FEAT-12#1", main=MAIN, claims=(claim(1, 3),)),
            TAKEN,
        ),
        "opened later": (
            pull(CODE, says="Plan: FEAT-12#1", main=MAIN, claims=(claim(1, 9),)),
            APPROVED,
        ),
        "for another task": (
            pull(CODE, says="Plan: FEAT-12#1", main=MAIN, claims=(claim(2, 3),)),
            APPROVED,
        ),
        "by itself": (
            pull(CODE, says="Plan: FEAT-12#1", main=MAIN, claims=(claim(1, 7),)),
            APPROVED,
        ),
        "where that is off": (
            pull(CODE, says="Plan: FEAT-12#1", main=MAIN, claims=(claim(1, 3),), policy=LINK_OFF),
            APPROVED,
        ),
        "where that is an error": (
            pull(CODE, says="Plan: FEAT-12#1", main=MAIN, claims=(claim(1, 3),), policy=LINK),
            blocks("FEAT-12#1 belongs to #3", "PlanApproved", "G011 TaskTaken"),
        ),
        "merged, where that is an error": (
            pull(
                CODE,
                says="Plan: FEAT-12#1",
                main=MAIN,
                claims=(claim(1, 3), claim(1, 9, merged=True)),
                policy=LINK,
            ),
            blocks("FEAT-12#1 belongs to #9", "PlanApproved", "G011 TaskTaken"),
        ),
        "opened later, where that is an error": (
            pull(CODE, says="Plan: FEAT-12#1", main=MAIN, claims=(claim(1, 9),), policy=LINK),
            APPROVED,
        ),
    },
}
