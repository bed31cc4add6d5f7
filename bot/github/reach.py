"""Looks whether the App can give the check that is about to be required. It only reads."""

from collections.abc import Callable
from urllib.parse import urlsplit

from bot.gate.verdict import CHECK
from bot.github import answers
from bot.github.client import Client
from bot.github.errors import GitHubError
from bot.rollout.reach import Installed, Reach
from bot.rollout.ruleset import Place

LOOKED_AT = 10  # pull requests: two or three requests each

_Head = tuple[str, int, str]  # repository, number, head SHA


class ReachReader:
    """What an administrator's token can tell of an App."""

    def __init__(self, client: Client, place: Place, app_id: int) -> None:
        self._client = client
        self._place = place
        self._app_id = app_id
        self._unseen: list[str] = []

    async def read(self, covers: Callable[[str], bool]) -> Reach:
        """Look at the installation, and at the newest open pull requests that are covered."""
        told, installed = False, None
        if self._place.is_organisation:
            try:
                installed = await self._read_installation()
                told = True
            except GitHubError as fault:
                self._unseen.append(f"where the App is installed ({fault})")
        looked, silent = 0, []
        try:
            for repository, number, sha in await self._read_pulls(covers):
                if not await self._reported(repository, sha):
                    silent.append(f"{repository}#{number}")
                looked += 1
        except GitHubError as fault:
            self._unseen.append(f"which pull requests have the check ({fault})")
        return Reach(self._app_id, told, installed, looked, tuple(silent), tuple(self._unseen))

    async def _read_installation(self) -> Installed | None:
        found = await self._client.read_all(
            answers.AppInstallation,
            "/orgs/{owner}/installations",
            {"owner": self._place.owner},
            key="installations",
        )
        for one in found:
            if one.app_id == self._app_id:
                return Installed(
                    one.app_slug,
                    one.suspended_at is not None,
                    one.repository_selection == "selected",
                )
        return None

    async def _read_pulls(self, covers: Callable[[str], bool]) -> list[_Head]:
        if self._place.is_organisation:
            return await self._search(covers)
        url = "/repos/{owner}/{name}/pulls?state=open&sort=updated&direction=desc&per_page={most}"
        found, _ = await self._client.read_page(
            answers.PullRequest,
            url,
            owner=self._place.owner,
            name=self._place.name,
            most=str(LOOKED_AT),
        )
        return [(str(self._place), pull.number, pull.head.sha) for pull in found]

    async def _search(self, covers: Callable[[str], bool]) -> list[_Head]:
        """The newest of the organisation: of a hundred those that are covered."""
        url = "/search/issues?q={query}&sort=updated&order=desc&per_page=100"
        query = f"org:{self._place.owner} is:pr is:open archived:false"
        found = await self._client.read(answers.SearchHits, url, query=query)
        heads: list[_Head] = []
        for hit in found.items:
            owner, name = urlsplit(hit.repository_url).path.split("/")[-2:]
            if covers(name) and len(heads) < LOOKED_AT:
                pull = await self._client.read(
                    answers.PullRequest,
                    "/repos/{owner}/{name}/pulls/{number}",
                    owner=owner,
                    name=name,
                    number=str(hit.number),
                )
                heads.append((f"{owner}/{name}", hit.number, pull.head.sha))
        return heads

    async def _reported(self, repository: str, sha: str) -> bool:
        owner, _, name = repository.partition("/")
        url = (
            "/repos/{owner}/{name}/commits/{sha}/check-runs"
            "?check_name={check}&app_id={app}&per_page=1"
        )
        found = await self._client.read(
            answers.CheckRunCount,
            url,
            owner=owner,
            name=name,
            sha=sha,
            check=CHECK,
            app=str(self._app_id),
        )
        return found.total_count > 0
