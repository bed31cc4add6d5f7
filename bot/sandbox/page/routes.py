"""Where the pages stand."""

from aiohttp import web

from bot.sandbox.page.code import blob_page
from bot.sandbox.page.home import home_page
from bot.sandbox.page.manifest import app_of, install, install_page, register
from bot.sandbox.page.pull import pull_page
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import World


def page_routes(world: World) -> web.RouteTableDef:
    """Return the routes of the pages of a sandbox."""
    routes = web.RouteTableDef()

    @routes.get("/")
    async def home(_: web.Request) -> web.Response:
        return _html(home_page(world))

    @routes.get(r"/{owner}/{repo}/pull/{number:\d+}")
    async def pull(request: web.Request) -> web.Response:
        repo = _repo(world, request)
        found = repo.pull(int(request.match_info["number"]))
        return _html(None if found is None else pull_page(world, repo, found))

    @routes.get("/{owner}/{repo}/blob/{place:.+}")
    async def blob(request: web.Request) -> web.Response:
        repo = _repo(world, request)
        return _html(blob_page(repo, *_split(repo, request.match_info["place"])))

    @routes.post("/settings/apps/new")
    @routes.post("/organizations/{org}/settings/apps/new")
    async def new_app(request: web.Request) -> web.Response:
        return await register(world, request)

    @routes.get("/apps/{slug}/installations/new")
    @routes.get("/github-apps/{slug}/installations/new")  # its name on GitHub Enterprise Server
    async def new_installation(request: web.Request) -> web.Response:
        return _html(install_page(app_of(world, request.match_info["slug"])))

    @routes.post("/apps/{slug}/installations/new")
    @routes.post("/github-apps/{slug}/installations/new")
    async def installed(request: web.Request) -> web.Response:
        raise install(world, app_of(world, request.match_info["slug"]))

    return routes


def _repo(world: World, request: web.Request) -> Repo:
    repo = world.repo(f"{request.match_info['owner']}/{request.match_info['repo']}")
    if repo is None:
        raise web.HTTPNotFound
    return repo


def _split(repo: Repo, place: str) -> tuple[str, str]:
    """Split `ref/path`: the shortest start that is a ref, for branches may hold slashes."""
    parts = place.split("/")
    for count in range(1, len(parts)):
        ref = "/".join(parts[:count])
        if repo.resolve(ref) is not None:
            return ref, "/".join(parts[count:])
    raise web.HTTPNotFound


def _html(text: str | None) -> web.Response:
    if text is None:
        raise web.HTTPNotFound
    return web.Response(text=text, content_type="text/html")
