"""Configuration text to `Config`, strictly: each complaint has a line, a column and a mend."""

from collections.abc import Collection

from bot.config.layers import parse_layer
from bot.config.schema import Config
from bot.config.source import ConfigError

__all__ = ["ConfigError", "parse_config"]


def parse_config(text: str, *, rules: Collection[str] | None = None) -> Config:
    """Parse `.github/plan-gate.yml` on its own, whosever it is; raises `ConfigError`.

    *rules* are the codes that `rules:` may name; without them any code is accepted.
    """
    return parse_layer(text, rules=rules, organisation=True).config
