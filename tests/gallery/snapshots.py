"""The messages as files, one each, so that a change of words is seen in the review of it."""

from pathlib import Path

from tests.gallery.messages import Message, messages

FOLDER = Path(__file__).parents[1] / "snapshots"
MOST = 20_000  # characters of a snapshot: of longer messages its beginning and its end


def kept(message: Message) -> str:
    """What the snapshot of a message holds."""
    text = message.text
    if len(text) > MOST:
        text = f"{text[:4_000]}\n\n[… {len(text):,} characters in all …]\n\n{text[-1_000:]}"
    return text.rstrip("\n") + "\n"


def path_of(message: Message) -> Path:
    """Where the snapshot is."""
    return FOLDER / message.kind / f"{message.name}.md"


def renew() -> int:
    """Write all that differ, remove what no message has any more; return how many changed."""
    wanted = {path_of(one): kept(one) for one in messages()}
    kinds = {path.parent for path in wanted}
    stale = [path for kind in kinds for path in kind.glob("*.md") if path not in wanted]
    for path in stale:
        path.unlink()
    changed = [path for path, text in wanted.items() if read(path) != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path].encode(errors="surrogatepass"))
    return len(stale) + len(changed)


def read(path: Path) -> str:
    """The snapshot's text; empty where there is none yet."""
    return path.read_bytes().decode() if path.exists() else ""
