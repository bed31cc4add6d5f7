"""The page that a manifest is sent to; it asks nothing and goes back with a code."""

from urllib.parse import urlencode

import msgspec
from aiohttp import web

from bot.sandbox.actions import apps
from bot.sandbox.state.world import World


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
    hook_attributes: HookAttributes | None = None
    default_permissions: dict[str, str] = {}
    default_events: list[str] = []


async def register(world: World, request: web.Request) -> web.Response:
    """Register the App of a manifest and send the browser back with `code` and `state`."""
    form = await request.post()
    try:
        manifest = msgspec.json.decode(str(form.get("manifest", "")), type=Manifest)
    except msgspec.DecodeError as error:
        raise web.HTTPUnprocessableEntity(text=f"Invalid manifest: {error}") from error
    hook = manifest.hook_attributes
    app = apps.register(
        world,
        manifest.name.lower().replace(" ", "-"),
        world.account(request.match_info.get("org", "alice")),
        webhook_url=hook.url if hook is not None and hook.active else None,
        webhook_secret=apps.new_secret(),
        permissions=manifest.default_permissions,
        events=manifest.default_events,
    )
    answer = {"code": apps.issue_code(world, app), "state": request.query.get("state", "")}
    separator = "&" if "?" in manifest.redirect_url else "?"
    raise web.HTTPFound(f"{manifest.redirect_url}{separator}{urlencode(answer)}")
