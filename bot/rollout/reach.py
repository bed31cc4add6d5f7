"""What could be seen of the App before its check is required, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Installed:
    """How the App is installed on an organisation."""

    slug: str
    suspended: bool = False
    selected: bool = False  # it reaches some repositories only


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of the App. What could not be looked at stands in *unseen*, with why not.

    *installed* is None where it is not, or where nobody can tell: *told* says which. *silent* are
    those of the pull requests that were *looked* at on which the App never reported its check.
    """

    app_id: int
    told: bool = False
    installed: Installed | None = None
    looked: int = 0
    silent: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
