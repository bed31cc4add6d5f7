"""Who calls: an App by its JWT, an installation by its token, or a user by theirs."""

from dataclasses import dataclass
from typing import Final

import jwt
from jwt.types import Options

from bot.sandbox.api.answers import Refused, bad_credentials
from bot.sandbox.state.accounts import Account, App, Token, UserToken
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import World

_MAX_LIFETIME: Final = 600
# The claims are judged here and by the sandbox's clock, in GitHub's words.
_SIGNATURE_ONLY: Final[Options] = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
}


@dataclass(frozen=True, slots=True)
class AppCaller:
    """An App as itself."""

    app: App


@dataclass(frozen=True, slots=True)
class InstallationCaller:
    """An App on one of its installations."""

    token: Token


@dataclass(frozen=True, slots=True)
class UserCaller:
    """A person, or a part of what they may do."""

    token: UserToken

    @property
    def account(self) -> Account:
        """Who it is."""
        return self.token.account


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Somebody who has not said who they are."""


Caller = AppCaller | InstallationCaller | UserCaller | Anonymous


def authenticate(world: World, authorization: str | None) -> Caller:
    """Return who sends an `Authorization` header; raises Refused with 401, 403 or 404."""
    scheme, _, credentials = (authorization or "").partition(" ")
    credentials = credentials.strip()
    if not credentials or scheme.lower() not in ("bearer", "token"):
        raise Refused(401, "Requires authentication")
    if credentials in world.user_tokens:
        return UserCaller(world.user_tokens[credentials])
    if credentials.count(".") == 2:
        return AppCaller(_verify(world, credentials))
    return InstallationCaller(_check_token(world, credentials))


def reaches(world: World, caller: Caller, repo: Repo) -> bool:
    """Tell whether a repository exists for a caller; what may be done there is another matter."""
    match caller:
        case InstallationCaller(token):
            return token.opens(repo.id, repo.owner)
        case UserCaller(token):
            return world.role(repo, token.account) is not None
        case AppCaller() | Anonymous():
            return not repo.private


def _check_token(world: World, value: str) -> Token:
    token = world.tokens.get(value)
    if token is None or world.clock() >= token.expires_at:
        raise bad_credentials()
    if token.installation.id not in world.installations:
        raise bad_credentials()
    if token.installation.suspended_at is not None:
        raise Refused(403, "This installation has been suspended")
    return token


def _verify(world: World, encoded: str) -> App:
    """Check a JWT as the docs describe it.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
    """
    unread = Refused(401, "A JSON web token could not be decoded")
    try:
        claims = jwt.decode(encoded, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise unread from error
    issuer = str(claims.get("iss"))
    app = next((app for app in world.apps.values() if issuer in (str(app.id), app.client_id)), None)
    if app is None:
        raise Refused(404, "Integration not found")
    try:
        jwt.decode(encoded, app.public_key, algorithms=["RS256"], options=_SIGNATURE_ONLY)
    except jwt.InvalidTokenError as error:
        raise unread from error
    _check_times(claims.get("iat"), claims.get("exp"), world.clock())
    return app


def _check_times(issued: object, expires: object, now: float) -> None:
    if not isinstance(issued, int) or issued > now:
        raise Refused(
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the "
            "assertion was issued",
        )
    if not isinstance(expires, int) or expires <= now:
        raise Refused(
            401,
            "'Expiration time' claim ('exp') must be a numeric value representing the future "
            "time at which the assertion expires",
        )
    if expires - issued > _MAX_LIFETIME or expires - now > _MAX_LIFETIME:
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
