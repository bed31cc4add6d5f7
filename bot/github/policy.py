"""The policy that decides: which branch is trusted, and what the configuration there says.

An organisation's `.github` repository holds what all of its repositories share:
https://docs.github.com/en/communities/setting-up-your-project-for-healthy-contributions
"""

from collections.abc import Awaitable
from dataclasses import dataclass

from bot.config.layers import Layer, Overridden, merge, parse_layer
from bot.config.load import ConfigError
from bot.config.match import matches
from bot.config.schema import CONFIG_PATH, Config
from bot.gate.facts import Branch, InvalidConfig
from bot.github.access import Access
from bot.github.errors import GitHubUnavailable, Incomplete, NotFound
from bot.github.memory import Memory
from bot.github.objects import Tree
from bot.github.reader import Reader
from bot.plan.parse import MAX_BYTES
from bot.plan.rules import RULES

HOUSE = ".github"  # the name of the repository that speaks for its owner
_KIND = "configuration"  # in the memory
_TOLD = "house"  # there, too


@dataclass(frozen=True, slots=True)
class Policy:
    """The trusted branch that decides, its configuration, and what of it the organisation locks."""

    branch: Branch
    config: Config | InvalidConfig
    overridden: tuple[Overridden, ...] = ()


class _UnusableError(Exception):
    """A configuration that says nothing that could be followed."""

    def __init__(self, problem: InvalidConfig) -> None:
        super().__init__(problem.message)
        self.problem = problem


class PolicyReader:
    """Reads the policy of one repository. A configuration that is missing is an answer; while
    GitHub cannot say, the last good one stands."""

    def __init__(self, access: Access, repository: str) -> None:
        self._access = access
        self._reader = access.reader(repository)
        self._house = f"{repository.partition('/')[0]}/{HOUSE}"
        self._is_house = repository.casefold() == self._house.casefold()

    async def read(self, default_branch: str, base: str) -> Policy:
        """The policy for pull requests to *base*.

        Which branches are trusted the default branch says: any other base is decided by it.
        """
        policy = await self._read_on(default_branch)
        config = policy.config
        if isinstance(config, InvalidConfig) or base == default_branch:
            return policy
        trusted = matches(base, config.gate.base_branches)
        return await self._read_on(base) if trusted else policy

    async def read_proposed(self, tree: Tree) -> InvalidConfig | None:
        """What would be wrong with the configuration if *tree* were merged."""
        try:
            self._merge(await self._read_house(), await _content(tree, self._reader))
        except _UnusableError as fault:
            return fault.problem if not fault.problem.repository else None
        return None

    async def _read_on(self, branch_name: str) -> Policy:
        branch = await self._reader.read_branch(branch_name)
        try:
            reading = self._read_content(branch)
            own = await self._last_good(f"{self._reader.repository} {branch_name}", reading)
            config, overridden = self._merge(await self._read_house(), own)
        except _UnusableError as fault:
            return Policy(branch, fault.problem)
        return Policy(branch, config, overridden)

    def _merge(self, house: bytes, own: bytes) -> tuple[Config, tuple[Overridden, ...]]:
        shared = None if self._is_house else _layer(house, self._house, organisation=True)
        layer = _layer(own, "", organisation=self._is_house)
        merged = merge(layer, None) if self._is_house else merge(shared, layer)
        return merged.config, merged.overridden

    async def _read_house(self) -> bytes:
        """The organisation's configuration; empty where it has no such file or repository."""
        if self._is_house:
            return b""
        return await self._last_good(self._house, self._read_house_content())

    async def _read_house_content(self) -> bytes:
        absent = self._access.objects.absent
        if self._house in absent and not await self._access.memory.recall(_TOLD, self._house):
            return b""
        reader = self._access.reader(self._house)
        try:
            house = await reader.read_repository()
            if house.full_name.casefold() != self._house.casefold():
                return b""  # it has another name now, and speaks for nobody any more
            branch = await reader.read_branch(house.default_branch)
        except NotFound:
            absent[self._house] = True
            return b""
        try:
            return await _content(await reader.read_tree(branch.tree), reader)
        except Incomplete as limit:
            raise _unusable(str(limit), self._house) from None

    async def _read_content(self, branch: Branch) -> bytes:
        try:
            return await _content(await self._reader.read_tree(branch.tree), self._reader)
        except Incomplete as limit:
            raise _unusable(str(limit)) from None

    async def _last_good(self, key: str, reading: Awaitable[bytes]) -> bytes:
        """What *reading* gives; while GitHub is down, what it gave last."""
        memory = self._access.memory
        try:
            content = await reading
        except GitHubUnavailable:
            kept = await memory.recall(_KIND, key)
            if kept is None:
                raise
            return kept
        if content != await memory.recall(_KIND, key):
            await memory.keep(_KIND, key, content)
        return content


async def note_house(memory: Memory, repository: str) -> None:
    """Keep that there is such a `.github` repository: no process may take it for absent now."""
    await memory.keep(_TOLD, repository, b"1")


async def _content(tree: Tree, reader: Reader) -> bytes:
    """The configuration file in *tree*; one that is not there says the same as an empty one."""
    entry = tree.get(CONFIG_PATH)
    if entry is None:
        return b""
    if not entry.is_file:
        raise _unusable("It must be a file, not a link or a submodule")
    return await reader.read_blob(entry.sha, MAX_BYTES)


def _layer(content: bytes, repository: str, *, organisation: bool) -> Layer | None:
    if not content:
        return None
    try:
        text = content.decode("utf-8-sig")
        return parse_layer(text, rules=RULES, organisation=organisation)
    except UnicodeDecodeError:
        raise _unusable("The file is not UTF-8: save it as UTF-8", repository) from None
    except ConfigError as error:
        raise _UnusableError(InvalidConfig.at(CONFIG_PATH, error, repository)) from None


def _unusable(message: str, repository: str = "") -> _UnusableError:
    return _UnusableError(InvalidConfig(CONFIG_PATH, 1, 1, message, repository))
