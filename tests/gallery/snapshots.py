"""The messages as files, one each, so that a change of words is seen in the review of it."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "snapshots"
MOST = 20_000  # characters of a snapshot: of longer messages its beginning and its end


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Compares texts with what was kept of them; or keeps them, where they are to be *renewed*."""

    renewed: bool

    def check(self, kind: str, name: str, text: str) -> None:
        """Fail where *text* is not what was kept under that name."""
        path, shown = path_of(kind, name), _shortened(text)
        if self.renewed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(shown, encoding="utf-8", newline="\n")
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        assert shown == kept, f"{path}: `make renew` keeps what it says now"


def path_of(kind: str, name: str) -> Path:
    """Where a snapshot is."""
    return FOLDER / kind / f"{name}.md"


def _shortened(text: str) -> str:
    if len(text) > MOST:
        text = f"{text[:4_000]}\n\n[… {len(text):,} characters in all …]\n\n{text[-1_000:]}"
    return text.rstrip("\n") + "\n"
