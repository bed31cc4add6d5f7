"""The pages of a new App: where its manifest is confirmed, and where it is installed.

A program that posts a manifest is not asked: it is sent back with a code at once.
"""

import re
from html import escape
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from bot.sandbox.actions import apps
from bot.sandbox.page.layout import page
from bot.sandbox.state.accounts import Account, App
from bot.sandbox.state.world import World

_LONGEST_NAME = 34


class HookAttributes(msgspec.Struct):
    """Where the App wants its webhooks."""

    url: str
    active: bool = True


class Manifest(msgspec.Struct):
    """What an App asks to be registered as.

    https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
    """

    name: str
    url: str
    redirect_url: str
    setup_url: str = ""
    hook_attributes: HookAttributes | None = None
    default_permissions: dict[str, str] = {}
    default_events: list[str] = []


async def register(world: World, request: web.Request) -> web.Response:
    """Register the App of a manifest and send the browser back with `code` and `state`.

    A person sees first what it is, may change the name, and presses a button.
    """
    form = await request.post()
    owner = _owner(world, request.match_info.get("org"))
    try:
        manifest = msgspec.json.decode(str(form.get("manifest", "")), type=Manifest)
    except msgspec.DecodeError as error:
        raise web.HTTPUnprocessableEntity(text=f"Invalid manifest: {error}") from error
    name = str(form.get("name", manifest.name))
    refusal = _refusal(world, name)
    if "text/html" in request.headers.get("Accept", "") and (refusal or "confirmed" not in form):
        text = _confirmation(manifest, owner, name, refusal if "confirmed" in form else "")
        return web.Response(text=text, content_type="text/html")
    if refusal:
        raise web.HTTPUnprocessableEntity(text=refusal)
    app = _registered(world, manifest, owner, name)
    answer = {"code": apps.issue_code(world, app), "state": request.query.get("state", "")}
    separator = "&" if "?" in manifest.redirect_url else "?"
    raise web.HTTPFound(f"{manifest.redirect_url}{separator}{urlencode(answer)}")


def install_page(app: App) -> str:
    """Return the page on which the owner installs an App; it is private, so nobody else may."""
    rights = "".join(
        f"<li>{escape(name.replace('_', ' '))}: {escape(level)}</li>"
        for name, level in sorted(app.permissions.items())
    )
    body = (
        f"<h1>Install {escape(app.name)}</h1><div class='box'><div class='body'>"
        f"<p>On all repositories of <strong>{escape(app.owner.login)}</strong>, with</p>"
        f"<ul>{rights}</ul><form method='post'><button class='button go'>Install</button></form>"
        "</div></div>"
    )
    return page(f"Install {app.name}", f"<strong>{escape(app.name)}</strong>", body)


def install(world: World, app: App) -> web.HTTPFound:
    """Install an App on all repositories of its owner, and send the browser to its set-up page."""
    present = (each for each in world.installations.values() if each.app is app)
    installation = next(present, None) or apps.install(world, app, app.owner, None)
    place = app.setup_url or f"{world.url}/"
    query = urlencode({"installation_id": installation.id, "setup_action": "install"})
    return web.HTTPFound(f"{place}{'&' if '?' in place else '?'}{query}")


def app_of(world: World, slug: str) -> App:
    """Return the App of that slug; raises 404 where there is none."""
    found = next((app for app in world.apps.values() if app.slug == slug), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _owner(world: World, organization: str | None) -> Account:
    """Return whose App it becomes: an organisation that there is, or who is signed in."""
    if organization is None:
        return world.account("alice")
    found = world.accounts.get(organization.lower())
    if found is None or found.type != "Organization":
        raise web.HTTPNotFound
    return found


def _slug(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


def _refusal(world: World, name: str) -> str:
    if not _slug(name):
        return "Name can't be blank"
    if len(name) > _LONGEST_NAME:
        return f"Name is too long (maximum is {_LONGEST_NAME} characters)"
    if any(app.slug == _slug(name) for app in world.apps.values()):
        return "Name is already taken"
    return ""


def _registered(world: World, manifest: Manifest, owner: Account, name: str) -> App:
    hook = manifest.hook_attributes
    app = apps.register(
        world,
        _slug(name),
        owner,
        webhook_url=hook.url if hook is not None and hook.active else None,
        webhook_secret=apps.new_secret(),
        permissions=manifest.default_permissions,
        events=manifest.default_events,
    )
    app.setup_url = manifest.setup_url or None
    return app


def _confirmation(manifest: Manifest, owner: Account, name: str, refusal: str) -> str:
    wrong = f"<p class='refusal'>{escape(refusal)}</p>" if refusal else ""
    text = escape(msgspec.json.encode(manifest).decode())
    body = (
        f"<h1>Create GitHub App for {escape(owner.login)}</h1><div class='box'><div class='body'>"
        f"<form method='post'><input type='hidden' name='manifest' value='{text}'>"
        "<p><label for='name'>GitHub App name</label><br>"
        f"<input id='name' name='name' value='{escape(name)}' maxlength='{_LONGEST_NAME}'></p>"
        f"{wrong}<button class='button go' name='confirmed' value='yes'>Create GitHub App for "
        f"{escape(owner.login)}</button></form></div></div>"
    )
    return page("Create GitHub App", f"<strong>{escape(owner.login)}</strong>", body)
