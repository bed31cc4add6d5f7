"""Which environment variables the program reads, asked of the program itself."""

from bot.settings import read_admin, read_settings
from bot.telemetry import telemetry
from tests.private_key import make_private_key


class Recorder(dict[str, str]):
    """An environment that notes what it is asked for."""

    def __init__(self, known: dict[str, str], asked: set[str]) -> None:
        super().__init__(known)
        self._asked = asked

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self._asked.add(name)
        return super().get(name, default)


def known_variables() -> set[str]:
    """Every variable that a server or an administrator's command asks for."""
    asked = {"PRIVATE_KEY_PATH"}  # only where there is no PRIVATE_KEY
    good = {"APP_ID": "1", "PRIVATE_KEY": make_private_key(), "WEBHOOK_SECRET": "s", "PORT": "1"}
    read_settings(Recorder(good, asked))
    read_admin(Recorder({**good, "GITHUB_TOKEN": "ghp_1"}, asked))
    with telemetry(Recorder({}, asked)):
        return asked
