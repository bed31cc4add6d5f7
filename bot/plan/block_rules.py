"""The parser's block rules, each tried only where it can begin. What they find stays the same.

markdown-it tries every rule on every line, and most give up at the line's first character. Which
character they must find there is known beforehand, so a line is given to the few that may fit.
"""

from collections.abc import Sequence

from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock

# With what the lines begin that a rule can recognise; the rules that are not here look further.
_BEGINNINGS = {
    "fence": "`~",
    "blockquote": ">",
    "hr": "*-_",
    "list": "*+-0123456789",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
}
# The rules for what takes two lines at least, of which the second is not blank.
_LONGER = frozenset({"table", "lheading"})
_CHAINS = ("", "paragraph", "reference", "blockquote", "list")

_Named = tuple[str, RuleFuncBlockType]


class BlockRuler(Ruler[RuleFuncBlockType]):
    """The chains of a ruler, each as a single rule that tries those that can begin at a line."""

    def __init__(self, ruler: Ruler[RuleFuncBlockType]) -> None:
        super().__init__()
        self._active = ruler.get_active_rules()
        names = dict(zip(ruler.getRules(), self._active, strict=True))
        self._chains = {
            chain: [_first_of([(names[rule], rule) for rule in ruler.getRules(chain)])]
            for chain in _CHAINS
        }

    def getRules(self, chainName: str = "") -> list[RuleFuncBlockType]:  # noqa: N802, N803
        """Return the rules of a chain, as one."""
        return self._chains[chainName]

    def get_active_rules(self) -> list[str]:
        """Return the names of the rules that are behind it."""
        return self._active


def _first_of(rules: Sequence[_Named]) -> RuleFuncBlockType:
    """Return a rule that stands for the first of some rules that recognises a block."""
    longer = _by_beginning(rules)
    single = _by_beginning([rule for rule in rules if rule[0] not in _LONGER])

    def begin(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        alone = line + 1 >= end or state.isEmpty(line + 1)
        fitting = single if alone else longer
        start = state.bMarks[line] + state.tShift[line]
        for rule in fitting.get(state.src[start : start + 1]) or fitting[""]:
            if rule(state, line, end, silent):
                return True
        return False

    return begin


def _by_beginning(rules: Sequence[_Named]) -> dict[str, list[RuleFuncBlockType]]:
    """Return by a line's first character the rules that can begin there, by '' those for others."""
    beginnings = {"", *"".join(_BEGINNINGS.values())}
    return {
        beginning: [
            rule
            for name, rule in rules
            if name not in _BEGINNINGS or (beginning and beginning in _BEGINNINGS[name])
        ]
        for beginning in beginnings
    }
