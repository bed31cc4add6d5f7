"""A webhook on its way and in the log: what was sent, and what the App answered."""

from dataclasses import dataclass, field

from bot.sandbox.state.accounts import App
from bot.sandbox.state.records import JsonObject


@dataclass(slots=True, eq=False)
class Delivery:
    """One delivery; a redelivery is another one with the same GUID."""

    id: int
    guid: str
    app: App
    event: str
    action: str | None
    payload: JsonObject
    installation_id: int | None
    repository_id: int | None
    redelivery: bool = False
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delivered_at: float = 0.0
    duration: float = 0.0
    status: str = ""
    status_code: int = 0
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""

    @property
    def succeeded(self) -> bool:
        """The App answered 2xx in time."""
        return 200 <= self.status_code < 300
