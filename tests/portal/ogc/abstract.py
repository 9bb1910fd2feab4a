"""Abstract tests of the standards, named by the tests that cover them; a test checks that none is forgotten."""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., object])

FEATURES = "ogcapi-features-1/1.0"
PROCESSES = "ogcapi-processes-1/1.0"
RECORDS = "ogcapi-records-1/1.0"

COVERED: dict[str, set[str]] = defaultdict(set)
"""Names of our tests by abstract test."""


def covers(standard: str, *identifiers: str) -> Callable[[Test], Test]:
    """Say which abstract tests of a standard a test covers: ``/conf/core/root-op``..."""

    def named(test: Test) -> Test:
        for one in identifiers:
            COVERED[f"{standard}{one}"].add(test.__name__)
        return test

    return named
