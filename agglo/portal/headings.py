"""The heads of a table on a page."""

from collections.abc import Collection

from agglo.portal.tables import Heading


def heads(*labels: str, numbers: Collection[int] = ()) -> list[Heading]:
    """One heading a label; ``numbers`` are the places, from 0, of the columns that hold figures.

    >>> heads("name", "rows", numbers=[1])[1].number
    True
    """
    return [Heading(label, "", place in numbers) for place, label in enumerate(labels)]
