"""What a look at one thing found: how bad it is, what is so, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: an error keeps something from working, a warning does not."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Topic(StrEnum):
    """What is looked at; the words are part of the command's JSON."""

    ENVIRONMENT = "environment"
    FILES = "files"
    DATABASE = "database"
    GITHUB = "github"
    CLOCK = "clock"
    KEY = "key"
    PERMISSIONS = "permissions"
    EVENTS = "events"
    WEBHOOK = "webhook"
    DELIVERIES = "deliveries"
    INSTALLATION = "installation"
    RATE_LIMIT = "rate-limit"
    CONFIGURATION = "configuration"
    REQUIRED_CHECK = "required-check"
    MERGE_QUEUE = "merge-queue"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding *about* a variable, an installation, a repository; empty where there is one."""

    topic: Topic
    about: str
    level: Level
    message: str
    advice: str = ""
    url: str = ""
