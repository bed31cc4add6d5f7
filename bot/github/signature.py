"""Webhook signatures: who may speak to us. SHA-256 only, constant time, several secrets.

It stands before gidgethub's own check, which accepts SHA-1 and raises on odd headers.
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

import hmac
import re
from collections.abc import Sequence

_FORM = re.compile(r"sha256=([0-9a-fA-F]{64})")


def is_signed(body: bytes, signature: str | None, secrets: Sequence[str]) -> bool:
    """Whether *signature* (the `X-Hub-Signature-256` header) was made with one of *secrets*.

    Any odd header is simply not a signature; every secret is tried, so that the time taken
    does not tell which one fits.
    """
    form = _FORM.fullmatch(signature or "")
    if form is None:
        return False
    given = bytes.fromhex(form[1])
    matches = [
        hmac.compare_digest(hmac.digest(secret.encode(), body, "sha256"), given)
        for secret in secrets
    ]
    return any(matches)
