"""Graphs of tasks and of plans: which wait in a circle. Without recursion, so any depth."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", int, str)


def find_cycles(edges: Mapping[Node, Sequence[Node]]) -> Iterator[tuple[Node, ...]]:
    """Yield circles, closed and from their smallest node on; no two share a node.

    A depth-first walk: an edge back onto the path closes a circle, whose nodes are then done.

    >>> list(find_cycles({1: [], 2: [1, 3], 3: [2]}))
    [(2, 3, 2)]
    """
    done: set[Node] = set()
    for start in edges:
        path = {start: iter(edges[start])} if start not in done else {}
        while path:
            node, rest = next(reversed(path.items()))
            ahead = next((other for other in rest if other not in done), None)
            if ahead is None:
                done.add(node)
                del path[node]
            elif ahead in path:
                nodes = list(path)
                circle = nodes[nodes.index(ahead) :]
                yield _closed(circle)
                done.update(circle)
                for reported in circle:
                    del path[reported]
            else:
                path[ahead] = iter(edges.get(ahead, ()))


def _closed(circle: Sequence[Node]) -> tuple[Node, ...]:
    """Turn a circle so that it begins, and ends, with its smallest node."""
    first = circle.index(min(circle))
    return tuple(circle[first:]) + tuple(circle[: first + 1])


def find_circle(start: Node, edges: Mapping[Node, Sequence[Node]]) -> tuple[Node, ...]:
    """Return the shortest way from a node back to itself, closed; empty where there is none.

    >>> find_circle(2, {1: [2], 2: [1, 3], 3: [2]})
    (2, 1, 2)
    """
    before: dict[Node, Node] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for ahead in edges.get(node, ()):
            if ahead == start:
                way = [start, node]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return tuple(reversed(way))
            if ahead not in before:
                before[ahead] = node
                queue.append(ahead)
    return ()
