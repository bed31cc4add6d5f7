"""The parser's block level, as it is but quicker: without what is tried in vain, or never read.

markdown-it tries every rule on every line, and most give up at the line's first character. Which
character they must find there is known beforehand, so a line is given to the few that may fit.
"""

from collections.abc import Sequence
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.parser_block import RuleFuncBlockType
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from bot.plan.table_rule import table

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
_Fitting = dict[str, list[RuleFuncBlockType]]


def make_parser() -> MarkdownIt:
    """Make a parser of GitHub's Markdown, whose block level makes no token of a table's cell."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler = _Ruler(parser.block.ruler)
    return parser


def parse_blocks(parser: MarkdownIt, source: str) -> Sequence[Token]:
    """Parse the block level of a text without carriage returns and NUL characters."""
    state = _State(source, parser, {}, [])
    parser.block.tokenize(state, state.line, state.lineMax)
    return state.tokens


class _Token(Token):
    """A token of what blocks are read from; to make all of it would take twice as long."""

    __slots__ = ()

    def __init__(self, type: str, tag: str, nesting: Literal[-1, 0, 1]) -> None:  # noqa: A002
        self.type = type
        self.tag = tag
        self.nesting = nesting
        self.map = None
        self.content = self.markup = self.info = ""
        self.hidden = False


class _State(StateBlock):
    """Where the parser is; it pushes our tokens."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = _Token(ttype, tag, nesting)
        if nesting < 0:
            self.level -= 1
        token.level = self.level
        if nesting > 0:
            self.level += 1
        self.tokens.append(token)
        return token


class _Ruler(Ruler[RuleFuncBlockType]):
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
        return self._chains[chainName]

    def get_active_rules(self) -> list[str]:
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


def _by_beginning(rules: Sequence[_Named]) -> _Fitting:
    """Return by a line's first character the rules that can begin there, by '' those for others."""
    return {
        beginning: [
            rule
            for name, rule in rules
            if name not in _BEGINNINGS or (beginning and beginning in _BEGINNINGS[name])
        ]
        for beginning in {"", *"".join(_BEGINNINGS.values())}
    }
