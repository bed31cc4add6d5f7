"""Who may speak to the webhook."""

import hashlib
import hmac

import pytest

from bot.github.signature import is_signed

# GitHub's own test vector: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"
DIGEST = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_githubs_own_test_vector_is_signed() -> None:
    assert is_signed(BODY, f"sha256={DIGEST}", [SECRET])


@pytest.mark.parametrize("secrets", [["old", SECRET], [SECRET, "new"]])
def test_any_of_several_secrets_fits(secrets: list[str]) -> None:
    assert is_signed(BODY, f"sha256={DIGEST}", secrets)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        DIGEST,
        "sha256=",
        f"sha256={DIGEST[:-1]}",
        f"sha256={DIGEST}0",
        f"sha256={DIGEST}\n",
        f" sha256={DIGEST}",
        f"SHA256={DIGEST}",
        "sha256=" + "é" * 64,
        "sha256=" + "0" * 64,
        "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest(),
    ],
)
def test_anything_else_is_not_signed(signature: str | None) -> None:
    assert not is_signed(BODY, signature, [SECRET])


def test_another_body_or_secret_is_not_signed() -> None:
    assert not is_signed(BODY + b" ", f"sha256={DIGEST}", [SECRET])
    assert not is_signed(BODY, f"sha256={DIGEST}", ["guess"])
    assert not is_signed(BODY, f"sha256={DIGEST}", [])
