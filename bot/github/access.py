"""One installation's reach: a reader for each repository, and what all of them share."""

from dataclasses import dataclass, field

from bot.config.schema import Config
from bot.github import answers
from bot.github.client import Client
from bot.github.history import History
from bot.github.memory import Memory
from bot.github.objects import ObjectCache
from bot.github.parsed_plans import ParsedPlans
from bot.github.people import People
from bot.github.plans import PlanReader
from bot.github.reader import Reader
from bot.github.revisions import Revisions


@dataclass(frozen=True, slots=True)
class Access:
    """Makes the readers of one installation, for one run.

    Objects and plans are kept over runs, by repository; what people may do is believed no longer
    than one.
    """

    client: Client
    objects: ObjectCache
    parsed: ParsedPlans
    memory: Memory
    _people: dict[str, People] = field(default_factory=dict, init=False)

    def reader(self, repository: str) -> Reader:
        """Reads of git and of pull requests."""
        return Reader(self.client, repository, self.objects)

    def plans(self, reader: Reader, config: Config) -> PlanReader:
        """Reads of plan files, as *config* says which they are and what they must hold to."""
        return PlanReader(reader, self.parsed, self.memory, config)

    def people(self, repository: str) -> People:
        """Reads about what people said, and what they may do; roles are asked for once."""
        return self._people.setdefault(repository, People(self.client, repository))

    def history(self, repository: str) -> History:
        """Reads about who wrote a file."""
        return History(self.client, repository, self.memory, self.objects)

    def revisions(self, history: History, plans: PlanReader) -> Revisions:
        """Reads of what changed in plans since they were set Approved."""
        return Revisions(history, self.reader(history.repository), plans, self.memory)

    async def read_some_repositories(self, page: int, size: int) -> answers.Repositories:
        """A page, from 1 on, of the repositories that the App is installed on."""
        url = "/installation/repositories?per_page={size}&page={page}"
        return await self.client.read(answers.Repositories, url, size=str(size), page=str(page))

    async def read_rules(self, repository: str, branch: str) -> list[answers.Rule]:
        """The rules that are active on a branch of that name, whether there is one or not."""
        owner, _, repo = repository.partition("/")
        url = "/repos/{owner}/{repo}/rules/branches/{branch}"
        at = {"owner": owner, "repo": repo, "branch": branch}
        return await self.client.read_all(answers.Rule, url, at)

    async def read_rate_limit(self) -> answers.RateLimit:
        """What is left for REST; raises `NotFound` where GitHub counts nothing."""
        found = await self.client.read(answers.RateLimitOverview, "/rate_limit")
        return found.resources.core

    async def read_repositories(self) -> list[str]:
        """The names of all repositories that the App is installed on."""
        return [repository.full_name for repository in await self.read_reach()]

    async def read_reach(self) -> list[answers.Repository]:
        """All repositories that the App is installed on."""
        url = "/installation/repositories"
        return await self.client.read_all(answers.Repository, url, key="repositories")
