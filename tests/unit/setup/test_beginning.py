"""Where the credentials will go, and what the terminal says, before anything has happened."""

import io
from pathlib import Path

import pytest

from bot.cli.set_up import choose_keeper, invitation
from bot.errors import UsageError
from bot.settings import read_server_settings
from bot.setup.keeping import EnvFile, Terminal


class Screen(io.StringIO):
    """A terminal that somebody looks at."""

    def isatty(self) -> bool:
        return True


def closed(folder: Path) -> Path:
    """A folder whose `.env` nobody can write."""
    (folder / ".env").symlink_to(folder / "gone" / ".env")
    return folder


def test_a_file_where_there_can_be_one(tmp_path: Path) -> None:
    keeper = choose_keeper(tmp_path, {}, io.StringIO(), printed=False)
    assert isinstance(keeper, EnvFile)
    assert str(tmp_path / ".env") in keeper.place


def test_print_where_that_is_asked_for(tmp_path: Path) -> None:
    keeper = choose_keeper(tmp_path, {"APP_ID": ""}, io.StringIO(), printed=True)
    assert isinstance(keeper, Terminal)


def test_print_where_nothing_can_be_written_and_somebody_looks(tmp_path: Path) -> None:
    assert isinstance(choose_keeper(closed(tmp_path), {}, Screen(), printed=False), Terminal)


def test_no_secret_goes_into_a_log_unasked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="use --setup-print"):
        choose_keeper(closed(tmp_path), {}, io.StringIO(), printed=False)


@pytest.mark.parametrize("name", ["APP_ID", "PRIVATE_KEY", "PRIVATE_KEY_PATH", "WEBHOOK_SECRET"])
def test_what_is_set_to_nothing_would_hide_the_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is set in the environment, but empty"):
        choose_keeper(tmp_path, {name: " "}, io.StringIO(), printed=False)


@pytest.mark.parametrize(
    ("environ", "url", "opened"),
    [
        ({}, "http://127.0.0.1:8080", "http://127.0.0.1:8080/setup?token=T"),
        ({"PUBLIC_URL": "https://g.example/x/"}, "http://x:1", "https://g.example/x/setup?token=T"),
        ({"HOST": "::1"}, "http://::1:8080", "http://[::1]:8080/setup?token=T"),
        ({"HOST": "gate"}, "http://10.0.0.1:81", "http://gate:81/setup?token=T"),
    ],
)
def test_the_address_that_a_browser_opens(environ: dict[str, str], url: str, opened: str) -> None:
    said = invitation(read_server_settings(environ), url, "T")
    assert said == f"There is no GitHub App yet: set one up in a browser.\nOpen {opened}"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_that_listens_everywhere_is_reached_by_a_name(host: str) -> None:
    said = invitation(read_server_settings({"HOST": host}), "http://0.0.0.0:8080", "T")
    assert "Open http://localhost:8080/setup?token=T\n(or with this machine's name" in said
