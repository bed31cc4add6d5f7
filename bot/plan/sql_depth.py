"""How deep a statement could nest: PostgreSQL's parser must not be given what overruns its stack.

libpg_query writes its tree by recursion and checks no depth: `1+1+1…` of 13,000 terms ends a
process with a stack of 8 MiB, one of 320 terms a thread with 128 KiB. A tree deeper than some fifty
levels could not be decoded anyway (protobuf's limit is a hundred messages).
"""

import re

from bot.plan.sql_tokens import TokenKind, read_tokens

# With both, the deepest statement that passes needs some 128 KiB; a thread has 512 KiB on macOS.
MAX_BRACKETS = 50
MAX_CHAIN = 250

_TOKEN = re.compile(r"\w+|[^\w\s]", re.ASCII)
_SET_OPERATORS = frozenset({"UNION", "INTERSECT", "EXCEPT"})


def find_excess(statement: str) -> str | None:
    """Say in what a statement is too deep to be parsed, None where it is not.

    Depth comes of brackets and of chains: what stands in one element of a list may all hang
    together, while the elements of a list stand side by side. Set operators are the exception:
    their chain goes on behind the commas of each SELECT.
    """
    if len(statement) <= MAX_BRACKETS or _is_short(statement):
        return None
    chains = [0]  # the tokens of the present list element, at each level of brackets
    total = set_operators = 0  # the sum of `chains`
    for kind, start, end in read_tokens(statement):
        if kind is TokenKind.CLOSE:
            total -= chains.pop() if len(chains) > 1 else 0
        elif kind is TokenKind.COMMA or kind is TokenKind.SEMICOLON:
            total -= chains[-1]
            chains[-1] = 0
        elif kind is not TokenKind.DOT:
            chains[-1] += 1
            total += 1
            set_operators += statement[start:end].upper() in _SET_OPERATORS
        if kind is TokenKind.OPEN:
            chains.append(0)
            if len(chains) > MAX_BRACKETS + 1:
                return f"it has more than {MAX_BRACKETS} brackets within each other"
        if total + set_operators > MAX_CHAIN:
            return f"it has more than {MAX_CHAIN} words and signs without a comma"
    return None


def _is_short(statement: str) -> bool:
    """Tell whether a statement has so few tokens that it cannot be deep: a quick look."""
    brackets = statement.count("(") + statement.count("[")
    return brackets <= MAX_BRACKETS and len(_TOKEN.findall(statement)) <= MAX_CHAIN
