"""Every fault of the environment is one line that names the variable."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.errors import UsageError
from bot.settings import Postgres, Retention, read_settings


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


def test_a_key_on_one_line_with_escaped_line_ends_is_taken() -> None:
    assert read_settings({**GOOD, "PRIVATE_KEY": RSA.replace("\n", "\\n")})


def test_secrets_stay_out_of_the_representation() -> None:
    shown = repr(read_settings(GOOD))
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
