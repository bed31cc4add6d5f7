"""Where at GitHub something is mended: the pages that people click. Names in them are escaped."""

from dataclasses import dataclass
from urllib.parse import quote

from bot.github.answers import Account, Installation, Registration


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one GitHub, such as `https://github.com`."""

    home: str

    def apps(self) -> str:
        """The Apps of whoever looks: all that can be named while GitHub does not know ours."""
        return f"{self.home}/settings/apps"

    def app(self, app: Registration, tab: str = "") -> str:
        """The settings of an App: *tab* is `permissions`, `advanced` or `installations`."""
        page = f"{self._settings(app.owner)}/apps/{_escaped(app.slug)}"
        return f"{page}/{tab}" if tab else page

    def installation(self, installation: Installation) -> str:
        """Where an owner accepts permissions, lets the App work again or chooses repositories."""
        settings = self._settings(installation.account or Account())
        return f"{settings}/installations/{installation.id}"

    def rules(self, repository: str) -> str:
        """A repository's rulesets."""
        return f"{self.home}/{_escaped(repository)}/settings/rules"

    def line(self, repository: str, branch: str, path: str, line: int) -> str:
        """A line of a file as it is on a branch; on the default one where none is named."""
        place = f"{_escaped(branch or 'HEAD')}/{_escaped(path)}"
        return f"{self.home}/{_escaped(repository)}/blob/{place}#L{line}"

    def _settings(self, account: Account) -> str:
        if account.slug and not account.login:
            return f"{self.home}/enterprises/{_escaped(account.slug)}/settings"
        if account.type == "Organization":
            return f"{self.home}/organizations/{_escaped(account.login)}/settings"
        return f"{self.home}/settings"


def _escaped(name: str) -> str:
    return quote(name, safe="/")
