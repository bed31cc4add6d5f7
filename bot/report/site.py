"""Where links lead: GitHub's address, and the repositories that a verdict speaks of."""

from dataclasses import dataclass, replace

from bot.report.judged import Judged
from bot.report.markdown import code, link, path_url


@dataclass(frozen=True, slots=True)
class Site:
    """GitHub's address, and the repository that the pull request is in."""

    url: str
    repository: str
    home: str = ""  # the other repository that holds the plans, if one does
    number: int = 0  # of the pull request, where one is in question
    head_ref: str = ""  # its branch, where that is in the same repository

    def of(self, judged: Judged) -> "Site":
        """The site with its plans where the verdict found them, about that pull request."""
        home = judged.verdict.home
        return replace(self, home=home, number=judged.number, head_ref=judged.head_ref)

    @property
    def tells_words(self) -> bool:
        """Whether what a plan says may be quoted: who reads this may not be able to read *home*."""
        return not self.home

    def file(self, path: str, branch: str) -> str:
        """A Markdown link to a file on a branch."""
        return self._page("blob", self.repository, branch, path)

    def plan(self, path: str, branch: str) -> str:
        """A Markdown link to a plan file on the branch that decides."""
        return self._page("blob", self.home or self.repository, branch, path)

    def edit(self, path: str, branch: str) -> str:
        """A Markdown link to where GitHub lets people edit a plan file on the deciding branch."""
        return self._page("edit", self.home or self.repository, branch, path)

    def mend(self, path: str) -> str:
        """A file of the pull request: as a link to where its branch can be edited, if it can."""
        if not self.head_ref:
            return code(path)
        return self._page("edit", self.repository, self.head_ref, path)

    def line(self, path: str, branch: str, line: int, repository: str = "") -> str:
        """A Markdown link to a line of a file; without a *branch*, on the default one."""
        place = path_url(repository or self.repository, "blob", branch or "HEAD", path)
        return link(path, f"{self.url}/{place}?plain=1#L{line}")

    def description(self) -> str:
        """The description of the pull request in question, as a link where it is known."""
        if not self.number:
            return "the description"
        page = path_url(self.repository, "pull", str(self.number))
        return f"[the description]({self.url}/{page})"

    def on(self, branch: str) -> str:
        """The branch of the plans, in words."""
        return f"{code(branch)} of {code(self.home)}" if self.home else code(branch)

    def pull(self, repository: str, number: int) -> str:
        """A Markdown link to a pull request."""
        name = f"#{number}" if repository == self.repository else f"{repository}#{number}"
        return link(name, f"{self.url}/{path_url(repository, 'pull', str(number))}")

    def _page(self, view: str, repository: str, branch: str, path: str) -> str:
        return link(path, f"{self.url}/{path_url(repository, view, branch, path)}")
