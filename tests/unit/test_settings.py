"""Every fault of the environment is one line that names the variable."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.errors import UsageError
from bot.settings import (
    Admin,
    Postgres,
    Retention,
    find_faults,
    names_app,
    read_admin,
    read_server_settings,
    read_settings,
)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


RSA = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
GOOD = {"APP_ID": "1", "PRIVATE_KEY": RSA, "WEBHOOK_SECRET": "s3cret"}


def test_the_least_that_is_needed_gives_the_defaults() -> None:
    settings = read_settings(GOOD)
    assert settings.app_id == "1"
    assert settings.webhook_secrets == ("s3cret",)
    assert settings.api_url == "https://api.github.com"
    assert settings.github_url == "https://github.com"
    assert settings.database == Path("plan-gate.db")
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert (settings.log_level, settings.log_format) == ("INFO", "text")
    assert settings.retention == Retention(days=14, bytes=1_000 << 20, bodies=False)
    assert (settings.proxy_url, settings.poll_seconds) == (None, None)


def test_everything_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(RSA)
    settings = read_settings(
        {
            "APP_ID": " 42 ",
            "PRIVATE_KEY_PATH": str(tmp_path / "key.pem"),
            "WEBHOOK_SECRET": "old, new,",
            "GITHUB_API_URL": "https://ghe.example.com/api/v3/",
            "GITHUB_URL": "https://ghe.example.com",
            "PUBLIC_URL": "https://gate.example.com",
            "DATABASE_URL": "sqlite:////var/lib/gate.db",
            "HOST": "::1",
            "PORT": "0",
            "LOG_LEVEL": "debug",
            "LOG_FORMAT": "JSON",
            "KEEP_BODIES": "Yes",
            "KEEP_DELIVERIES": "30",
            "KEEP_MEGABYTES": "5",
        }
    )
    assert settings.private_key == RSA
    assert settings.webhook_secrets == ("old", "new")
    assert settings.api_url == "https://ghe.example.com/api/v3"
    assert settings.database == Path("/var/lib/gate.db")
    assert (settings.host, settings.port) == ("::1", 0)
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")
    assert settings.retention == Retention(days=30, bytes=5 << 20, bodies=True)


@pytest.mark.parametrize(
    ("proxy", "poll", "seconds"),
    [("", "", None), ("https://smee.io/a", " ", 60), ("https://smee.io/a", "5", 5), ("", "9", 9)],
)
def test_a_proxy_brings_polling_with_it(proxy: str, poll: str, seconds: int | None) -> None:
    settings = read_settings({**GOOD, "WEBHOOK_PROXY_URL": proxy, "WEBHOOK_POLL_SECONDS": poll})
    assert settings.proxy_url == (proxy or None)
    assert settings.poll_seconds == seconds


def test_a_key_on_one_line_with_escaped_line_ends_is_taken() -> None:
    assert read_settings({**GOOD, "PRIVATE_KEY": RSA.replace("\n", "\\n")})


def test_secrets_stay_out_of_the_representation() -> None:
    shown = repr(read_settings({**GOOD, "WEBHOOK_PROXY_URL": "https://smee.io/s3cret"}))
    assert "s3cret" not in shown
    assert "PRIVATE KEY" not in shown


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_postgresql_database_is_named_without_its_password(scheme: str) -> None:
    url = f"{scheme}://gate:s3cret@db.example.com:5433/plans?sslmode=require&password=s3cret"
    database = read_settings({**GOOD, "DATABASE_URL": url}).database
    assert isinstance(database, Postgres)
    assert database.url.startswith("postgresql://gate:s3cret@db.example.com:5433/plans?ssl")
    assert str(database) == "postgresql://gate@db.example.com:5433/plans"
    assert repr(database) == "Postgres('postgresql://gate@db.example.com:5433/plans')"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://gate:s3cret@localhost",
        "postgresql://gate:s3cret@localhost/",
        "postgresql://gate:s3cret@localhost:port/gate",
        "postgresql://gate:[s3cret@localhost/gate",
        "postgresql+asyncpg://gate:s3cret@localhost/gate",
        "mysql://gate:s3cret@localhost/gate",
    ],
)
def test_a_wrong_database_is_told_without_its_password(url: str) -> None:
    with pytest.raises(UsageError, match="DATABASE_URL must be") as caught:
        read_settings({**GOOD, "DATABASE_URL": url})
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("APP_ID", ""),
        ("APP_ID", "plan-gate"),
        ("APP_ID", "١٢"),
        ("PRIVATE_KEY", ""),
        ("PRIVATE_KEY", "not a key"),
        ("PRIVATE_KEY", pem(ec.generate_private_key(ec.SECP256R1()))),
        ("WEBHOOK_SECRET", ""),
        ("WEBHOOK_SECRET", " , "),
        ("WEBHOOK_SECRET", "\udcff"),
        ("DATABASE_URL", "plan-gate.db"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///\udcff.db"),
        ("GITHUB_API_URL", "api.github.com"),
        ("GITHUB_API_URL", "http://[::1"),
        ("GITHUB_URL", "ftp://github.com"),
        ("PUBLIC_URL", "https://"),
        ("WEBHOOK_PROXY_URL", "smee.io/channel"),
        ("WEBHOOK_PROXY_URL", "file:///etc/passwd"),
        ("WEBHOOK_POLL_SECONDS", "0"),
        ("WEBHOOK_POLL_SECONDS", "3601"),
        ("WEBHOOK_POLL_SECONDS", "1m"),
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "9" * 5_000),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
        ("KEEP_BODIES", "maybe"),
        ("KEEP_DELIVERIES", "0"),
        ("KEEP_DELIVERIES", "two weeks"),
        ("KEEP_MEGABYTES", "9" * 5_000),
    ],
)
def test_a_fault_names_its_variable_on_one_line(variable: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_settings({**GOOD, variable: value})
    assert variable in str(caught.value)
    assert "\n" not in str(caught.value)
    assert find_faults({**GOOD, variable: value}) == {variable: str(caught.value)}


def test_all_faults_are_found_at_once() -> None:
    assert find_faults(GOOD) == {}
    found = find_faults({"PORT": "x", "PUBLIC_URL": "nowhere", "KEEP_BODIES": "maybe"})
    assert set(found) == {
        "APP_ID",
        "PRIVATE_KEY",
        "WEBHOOK_SECRET",
        "PUBLIC_URL",
        "PORT",
        "KEEP_BODIES",
    }


def test_an_administrator_acts_with_a_token_that_nothing_shows() -> None:
    admin = read_admin({"APP_ID": "12", "GITHUB_TOKEN": " ghp_secret\n"})
    assert admin == Admin(12, "ghp_secret", "https://api.github.com")
    assert "ghp_secret" not in repr(admin)
    server = "https://ghe.example.com/api/v3"
    there = read_admin({"APP_ID": "12", "GITHUB_TOKEN": "ghp_1", "GITHUB_API_URL": server})
    assert there.api_url == server


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GITHUB_TOKEN", ""),
        ("GITHUB_TOKEN", "gh p"),
        ("GITHUB_TOKEN", "gh\x00p"),
        ("GITHUB_TOKEN", "ghé"),
        ("APP_ID", ""),
        ("APP_ID", "9" * 5_000),
        ("GITHUB_API_URL", "ghe"),
    ],
)
def test_a_fault_of_an_administrators_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(UsageError, match=variable) as caught:
        read_admin({"APP_ID": "12", "GITHUB_TOKEN": "ghp_1", variable: value})
    assert "ghé" not in str(caught.value)


@pytest.mark.parametrize("path", ["/nowhere/key.pem", "nul\0byte"])
def test_an_unreadable_key_file_names_its_variable(path: str) -> None:
    with pytest.raises(UsageError, match="PRIVATE_KEY_PATH"):
        read_settings({**GOOD, "PRIVATE_KEY": "", "PRIVATE_KEY_PATH": path})


@pytest.mark.parametrize(
    "key",
    [RSA, RSA.replace("\n", "\\n"), "".join(RSA.split("\n")[1:-2])],
    ids=["whole", "on one line", "without its first and last line"],
)
def test_a_key_in_place_of_its_path_is_not_shown(key: str) -> None:
    with pytest.raises(UsageError, match="PRIVATE_KEY_PATH is no path") as caught:
        read_settings({**GOOD, "PRIVATE_KEY": "", "PRIVATE_KEY_PATH": key})
    assert not [line for line in RSA.splitlines()[1:-1] if line in str(caught.value)]


def test_a_binary_key_file_names_its_variable(tmp_path: Path) -> None:
    (tmp_path / "key.der").write_bytes(b"\xff\x00")
    with pytest.raises(UsageError, match="PRIVATE_KEY_PATH"):
        read_settings({**GOOD, "PRIVATE_KEY": "", "PRIVATE_KEY_PATH": str(tmp_path / "key.der")})


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, False),
        ({"APP_ID": " ", "PORT": "1"}, False),
        ({"APP_ID": "1"}, True),
        ({"PRIVATE_KEY": "x"}, True),
        ({"PRIVATE_KEY_PATH": "x"}, True),
        ({"WEBHOOK_SECRET": "x"}, True),
    ],
)
def test_any_credential_names_an_app(environ: dict[str, str], named: bool) -> None:
    assert names_app(environ) is named


def test_a_server_has_its_settings_before_it_has_an_app() -> None:
    server, settings = read_server_settings({"PORT": "1"}), read_settings({**GOOD, "PORT": "1"})
    assert {name: getattr(settings, name) for name in server.__dataclass_fields__} == {
        name: getattr(server, name) for name in server.__dataclass_fields__
    }
    assert RSA not in repr(settings)
