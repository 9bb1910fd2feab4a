"""Lists cut in pages: the page an address asks for, and the addresses of those before and after."""

from typing import Any
from urllib.parse import urlencode

from agglo.portal.visits import Visit

_LONGEST = 9
"""Digits of the largest number that is read as a page's."""
_LAST = 100_000


def asked(visit: Visit, most: int = _LAST) -> int:
    """The page that the address asks for (``?page=``), from 1 to ``most``; whatever else it holds is the first."""
    text = visit.query.get("page", "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else 1
    return min(max(number, 1), most)


def count(total: int, size: int) -> int:
    """How many pages of a size there are; one where there is nothing."""
    return max(1, -(-total // size))


def pager(visit: Visit, first: int, last: int, total: int, size: int) -> dict[str, Any] | None:
    """Previous and next pages of a list under the same address; None where all is on one page."""
    if total <= size and first == 1:
        return None
    kept = [(name, value) for name, value in visit.request.query_params.multi_items() if name != "page"]

    def address(number: int) -> str:
        return f"{visit.request.url.path}?{urlencode([*kept, ('page', str(number))])}"

    number = (first - 1) // size + 1
    return {
        "first": min(first, total),
        "last": last if last >= first else total,
        "total": total,
        "before": address(min(number - 1, count(total, size))) if number > 1 else "",
        "after": address(number + 1) if last < total and last >= first else "",
    }
