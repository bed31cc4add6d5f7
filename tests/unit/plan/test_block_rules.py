"""The parser with our short cuts says what the parser says without them."""

from collections.abc import Iterable, Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.plan.block_rules import make_parser, parse_blocks

# What begins a block, or looks as if it did, indented or not, in a quote or a list or not.
OPENERS = [
    *("", "", "# ", "#", "####### ", "```", "``", "~~~", "~~", "> ", ">", "- ", "-", "* ", "+"),
    *("1. ", "2) ", "1234567890. ", "1.", "---", "- - -", "***", "* * *", "___", "_", "===", "--"),
    *("[a]: b", "[a]:", "[a]", "<!--", "-->", "<div>", "</div>", "<b>", "<", "<?", "=", "&", "\\"),
    *(
        "| a | b |",
        "a | b",
        "|a",
        "|-|-|",
        "|---|---|",
        "--|--",
        ":-",
        ":-:|-",
        "|",
        "\f",
        "\u2028",
        "\xa0",
        "漢",
    ),
]
INDENTS = ["", "", "", " ", "  ", "   ", "    ", "\t", " \t"]
RESTS = ["", "", " ", "a", "a b", " # ", '"', "(", "`"]
BEGINNINGS = st.builds(str.__add__, st.sampled_from(INDENTS), st.sampled_from(OPENERS))
LINES = st.tuples(BEGINNINGS, BEGINNINGS, st.sampled_from(RESTS)).map("".join)
TEXTS = st.one_of(
    st.lists(LINES, max_size=9).map("\n".join), st.text("->#| \n\t`1.a[]:<=\\", max_size=40)
)


READ = ("type", "tag", "nesting", "map", "level", "content", "markup", "info", "hidden")
WHOLE = MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])
OURS = make_parser()


def read(tokens: Iterable[Token]) -> list[tuple[object, ...]]:
    return [tuple(getattr(token, name) for name in READ) for token in tokens]


def without_cells(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the tokens, of tables only where they are and where their rows."""
    tabled = False
    for token in tokens:
        if token.type == "tr_open":
            token.nesting, token.level = 0, token.level - 1
            yield token
        elif not tabled or token.type == "table_close":
            yield token
        tabled = (tabled or token.type == "table_open") and token.type != "table_close"


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_blocks_are_those_of_the_whole_parser(source: str) -> None:
    assert read(parse_blocks(OURS, source)) == read(without_cells(WHOLE.parse(source)))
