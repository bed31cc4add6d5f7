"""The task graph: which tasks wait for each other in a circle. Without recursion, so any depth."""

from collections.abc import Iterator, Mapping, Sequence


def find_cycles(edges: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Yield circles, closed and from their smallest number on; no two share a node.

    A depth-first walk: an edge back onto the path closes a circle, whose nodes are then done.

    >>> list(find_cycles({1: [], 2: [1, 3], 3: [2]}))
    [(2, 3, 2)]
    """
    done: set[int] = set()
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


def _closed(circle: Sequence[int]) -> tuple[int, ...]:
    """Turn a circle so that it begins, and ends, with its smallest number."""
    first = circle.index(min(circle))
    return (*circle[first:], *circle[: first + 1])
