"""Credentials come back as they went, beside what stood there, and nobody else sees them."""

import io
import os
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.settings import read_settings
from bot.setup.credentials import Credentials
from bot.setup.keeping import EnvFile, Terminal, replace_file


@pytest.fixture
def credentials(private_key: str) -> Credentials:
    page = "https://github.com/apps/plan-gate"
    return Credentials("42", "plan-gate", page, private_key, "a-Secret_1.~+/=")


def test_a_start_reads_what_was_kept(tmp_path: Path, credentials: Credentials) -> None:
    EnvFile(tmp_path).keep(credentials)
    read = {key: value or "" for key, value in dotenv_values(tmp_path / ".env").items()}
    settings = read_settings(read)
    assert settings.app_id == "42"
    assert settings.private_key.strip() == credentials.private_key.strip()
    assert settings.webhook_secrets == ("a-Secret_1.~+/=",)
    assert names(tmp_path) == [".env"]


@pytest.mark.parametrize("before", [b"", b"PORT=1\n", b"PORT=1", b"APP_ID=\n# \xfc\nPORT=1\r\n"])
def test_what_stood_there_stays(tmp_path: Path, credentials: Credentials, before: bytes) -> None:
    path = tmp_path / ".env"
    path.write_bytes(before)
    path.chmod(0o644)
    EnvFile(tmp_path).keep(credentials)
    after = path.read_bytes()
    assert after.startswith(before)
    assert after[len(before) :].lstrip(b"\n").startswith(b"# The GitHub App plan-gate")
    assert b"\nAPP_ID=42\n" in after
    assert mode(path) == 0o600


def test_nobody_else_may_read_it_at_any_instant(tmp_path: Path, credentials: Credentials) -> None:
    before = os.umask(0)
    try:
        EnvFile(tmp_path).keep(credentials)
    finally:
        os.umask(before)
    assert mode(tmp_path / ".env") == 0o600


def test_a_link_stays_one(tmp_path: Path, credentials: Credentials) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    (tmp_path / ".env").symlink_to(vault / "gate.env")
    EnvFile(tmp_path).check()
    EnvFile(tmp_path).keep(credentials)
    assert (tmp_path / ".env").is_symlink()
    assert "APP_ID=42" in (vault / "gate.env").read_text()


def test_where_it_fails_all_is_as_before(tmp_path: Path, credentials: Credentials) -> None:
    (tmp_path / ".env").mkdir()  # no file can take its place
    with pytest.raises(OSError, match="directory"):
        EnvFile(tmp_path).keep(credentials)
    (tmp_path / ".env").rmdir()
    (tmp_path / ".env").symlink_to(tmp_path / "gone" / ".env")
    for act in (EnvFile(tmp_path).check, lambda: EnvFile(tmp_path).keep(credentials)):
        with pytest.raises(FileNotFoundError):
            act()
    assert names(tmp_path) == [".env"]


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    EnvFile(tmp_path).check()
    assert names(tmp_path) == []
    (tmp_path / ".env").mkdir()
    with pytest.raises(IsADirectoryError):
        EnvFile(tmp_path).check()


def test_a_file_that_cannot_take_its_place_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_file(tmp_path / "folder", b"a secret")
    assert names(tmp_path) == ["folder"]


def test_the_terminal_shows_the_same_lines(credentials: Credentials) -> None:
    out = io.StringIO()
    Terminal(out).keep(credentials)
    assert credentials.lines() in out.getvalue()
    read = {
        key: value or "" for key, value in dotenv_values(stream=io.StringIO(out.getvalue())).items()
    }
    assert read_settings(read).app_id == "42"


def test_nothing_shows_a_secret(credentials: Credentials) -> None:
    for shown in (repr(credentials), str(credentials), f"{[credentials]}"):
        assert shown.strip("[]") == "Credentials(app_id='42', slug='plan-gate')"


@pytest.mark.parametrize(
    ("slug", "key", "secret", "missing"),
    [
        ("plan-gate", "KEY", "s3cret", ()),
        ("", "KEY", "s3cret", ("name in addresses",)),
        ("a\nAPP_ID=6", "KEY", "s3cret", ("name in addresses",)),
        ("plan-gate", "", "s3cret", ("private key",)),
        ("plan-gate", "EVIL=1\nKEY", "s3cret", ("private key",)),
        (
            "plan-gate",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
            "s3cret",
            ("private key",),
        ),
        ("plan-gate", "KEY", "", ("webhook secret",)),
        ("plan-gate", "KEY", "a,b", ("webhook secret",)),
        ("plan-gate", "KEY", "a\nb", ("webhook secret",)),
        ("plan-gate", "KEY", "${HOME}", ("webhook secret",)),
        ("plan-gate", "KEY", "a #b", ("webhook secret",)),
    ],
)
def test_what_could_not_be_kept_as_it_is_counts_as_missing(
    private_key: str, slug: str, key: str, secret: str, missing: tuple[str, ...]
) -> None:
    pem = key.replace("KEY", private_key) if "KEY-----" not in key else key
    assert Credentials("1", slug, "", pem, secret).missing() == missing


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
