"""The pages and where they stand."""

from aiohttp import web

from bot.sandbox.state.world import World


def page_routes(world: World) -> web.RouteTableDef:
    """Return the routes of the pages."""
    routes = web.RouteTableDef()
    return routes
