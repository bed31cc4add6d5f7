"""A configuration file's text to plain values, each with its place. It knows no key."""

import re
from typing import Protocol

import yaml

from bot.errors import PlanGateError

MAX_CHARACTERS = 16 * 1024
MAX_DEPTH = 10

# A value's path (`$.plans.paths[0]`) to its line and column, both 1-based.
Places = dict[str, tuple[int, int]]


class _Mark(Protocol):
    line: int
    column: int


class ConfigError(PlanGateError):
    """The configuration is unusable; *line* and *column* are 1-based."""

    def __init__(self, line: int, column: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.column = column


def read_yaml(text: str) -> tuple[dict[str, object], Places]:
    """Return the file's keys with their values, and where each stands; raises `ConfigError`."""
    places: Places = {"$": (1, 1)}
    node = _compose(text)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, "$", places), places
    if node is None or _plain(node, "$", places) is None:
        return {}, places
    raise _at(node.start_mark, "Expected a mapping of keys, such as `mode: shadow`")


def placed(path: str, places: Places, text: str) -> ConfigError:
    """Complain about the value at *path*, or about the nearest around it that has a place."""
    while path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 1)]
    return ConfigError(*places[path], text)


def _compose(text: str) -> yaml.Node | None:
    """The document's nodes, after its size, depth and aliases were found to be bounded."""
    if len(text) > MAX_CHARACTERS:
        raise ConfigError(1, 1, f"Longer than {MAX_CHARACTERS:,} characters: shorten it")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ConfigError(1, 1, "The file is no proper Unicode: save it as UTF-8")
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise _at(event.start_mark, "Aliases (`*name`) are not allowed: write it out")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise _at(event.start_mark, "Nested too deeply: no key lies that deep")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as fault:
        raise _at(fault.problem_mark or fault.context_mark, f"Not YAML: {fault.problem}") from None
    except yaml.YAMLError as fault:
        raise ConfigError(1, 1, f"Not YAML: {fault}".splitlines()[0]) from None
    except (ValueError, OverflowError):  # an escape or a version that is no number PyYAML can hold
        raise ConfigError(1, 1, "Not YAML: a number or an escape in it is out of range") from None
    return node


def _at(mark: _Mark | None, text: str) -> ConfigError:
    return ConfigError(mark.line + 1, mark.column + 1, text) if mark else ConfigError(1, 1, text)


def _plain(node: yaml.Node, path: str, places: Places) -> object:
    """The node as plain values, remembering where each stands.

    Scalars are read as YAML 1.2 does, so that `off` stays a word and is not *false*.
    """
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, places)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            mark = item.start_mark
            places[f"{path}[{index}]"] = (mark.line + 1, mark.column + 1)
        return [_plain(item, f"{path}[{i}]", places) for i, item in enumerate(node.value)]
    return _scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _mapping(node: yaml.MappingNode, path: str, places: Places) -> dict[str, object]:
    mapping: dict[str, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _at(key_node.start_mark, "A key must be a word")
        key = key_node.value
        if key in mapping:
            raise _at(key_node.start_mark, f"`{key}` stands here twice: keep one")
        places[f"{path}.{key}"] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        mapping[key] = _plain(value_node, f"{path}.{key}", places)
    return mapping


def _scalar(node: yaml.ScalarNode) -> str | int | bool | None:
    text: str = node.value
    if node.style is not None:
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text
