"""The graph of a study's steps: which waits for which, in what order they can be asked, and circles among them."""

from collections.abc import Iterator, Mapping

Needs = Mapping[str, set[str]]
"""Steps by name, each with the steps whose outputs it reads."""


def source_of(written: str) -> tuple[str, str] | None:
    """Step and output of an input written ``STEP/OUTPUT``; None for the name of a dataset.

    >>> source_of("trips/demand"), source_of("communes")
    (('trips', 'demand'), None)
    """
    step, slash, output = written.partition("/")
    return (step, output) if slash else None


def needs(inputs: Mapping[str, Mapping[str, str]]) -> Needs:
    """What each step waits for, from the inputs of each as they are written."""
    found = {name: [source_of(written) for written in given.values()] for name, given in inputs.items()}
    return {name: {source[0] for source in sources if source} for name, sources in found.items()}


def order(graph: Needs) -> list[str]:
    """The steps, each after those it waits for, otherwise as they are given; those in a circle are left out.

    >>> order({"c": {"b"}, "b": {"a"}, "a": set()})
    ['a', 'b', 'c']
    """
    done: list[str] = []
    left = dict(graph)
    while ready := [name for name, waits in left.items() if waits <= {*done}]:
        done.append(ready[0])
        del left[ready[0]]
    return done


def circles(graph: Needs) -> Iterator[list[str]]:
    """Each circle of steps that wait for one another, once, its first step being repeated at its end.

    >>> list(circles({"a": {"b"}, "b": {"a"}, "c": {"c"}, "d": {"a"}}))
    [['a', 'b', 'a'], ['c', 'c']]
    """
    seen: set[frozenset[str]] = set()
    for name in graph:
        circle = _circle(graph, name)
        if circle and frozenset(circle) not in seen:
            seen.add(frozenset(circle))
            yield circle


def _circle(graph: Needs, start: str) -> list[str]:
    """The shortest way from a step back to itself; empty where there is none."""
    ways = [[start]]
    visited: set[str] = set()
    while ways:
        way = ways.pop(0)
        for name in sorted(graph.get(way[-1], ())):
            if name == start:
                return [*way, name]
            if name not in visited:
                visited.add(name)
                ways.append([*way, name])
    return []


def after(graph: Needs, name: str) -> set[str]:
    """The steps that wait for one, directly or through others."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        new = {other for other, waits in graph.items() if one in waits} - found
        found |= new
        waiting += new
    return found
