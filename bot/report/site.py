"""Where links lead: GitHub's address, and the repositories that a verdict speaks of."""

from dataclasses import dataclass, replace

from bot.gate.verdict import Verdict
from bot.report.markdown import code, link, path_url


@dataclass(frozen=True, slots=True)
class Site:
    """GitHub's address, and the repository that the pull request is in."""

    url: str
    repository: str
    home: str = ""  # the other repository that holds the plans, if one does

    def of(self, verdict: Verdict) -> "Site":
        """The site with its plans where *verdict* found them."""
        return replace(self, home=verdict.home)

    def file(self, path: str, branch: str) -> str:
        """A Markdown link to a file on a branch."""
        return link(path, f"{self.url}/{path_url(self.repository, 'blob', branch, path)}")

    def plan(self, path: str, branch: str) -> str:
        """A Markdown link to a plan file on the branch that decides."""
        repository = self.home or self.repository
        return link(path, f"{self.url}/{path_url(repository, 'blob', branch, path)}")

    def on(self, branch: str) -> str:
        """The branch of the plans, in words."""
        return f"{code(branch)} of {code(self.home)}" if self.home else code(branch)

    def pull(self, repository: str, number: int) -> str:
        """A Markdown link to a pull request."""
        name = f"#{number}" if repository == self.repository else f"{repository}#{number}"
        return link(name, f"{self.url}/{path_url(repository, 'pull', str(number))}")
