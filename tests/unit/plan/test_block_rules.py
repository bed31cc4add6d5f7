"""The parser with our short cuts says what the parser says without them."""

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.plan.markdown import make_parser
from bot.plan.table_rule import table

# What begins a block, or looks as if it did, indented or not, in a quote or a list or not.
OPENERS = [
    *("", "", "# ", "#", "####### ", "```", "``", "~~~", "~~", "> ", ">", "- ", "-", "* ", "+"),
    *("1. ", "2) ", "1234567890. ", "1.", "---", "- - -", "***", "* * *", "___", "_", "===", "--"),
    *("[a]: b", "[a]:", "[a]", "<!--", "-->", "<div>", "</div>", "<b>", "<", "<?", "=", "&", "\\"),
    *("| a | b |", "a | b", "|---|---|", "--|--", ":-", ":-:|-", "|", "\f", "\u2028", "\xa0", "漢"),
]
INDENTS = ["", "", "", " ", "  ", "   ", "    ", "\t", " \t"]
RESTS = ["", "", " ", "a", "a b", " # ", '"', "(", "`"]
BEGINNINGS = st.builds(str.__add__, st.sampled_from(INDENTS), st.sampled_from(OPENERS))
LINES = st.tuples(BEGINNINGS, BEGINNINGS, st.sampled_from(RESTS)).map("".join)
TEXTS = st.one_of(st.lists(LINES, max_size=9).map("\n".join), st.text("->#| \n\t`1.a", max_size=40))


def reference() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    parser.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
    return parser.disable(["inline", "text_join"])


REFERENCE, OURS = reference(), make_parser()


@settings(max_examples=1_000, deadline=None)
@given(TEXTS)
def test_blocks_are_those_of_the_parser(source: str) -> None:
    references: dict[str, object] = {}
    expected: dict[str, object] = {}
    assert OURS.parse(source, references) == REFERENCE.parse(source, expected)
    assert references == expected
