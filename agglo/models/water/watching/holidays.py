"""Public holidays in France: days whose use of water is no example for other weeks."""

from datetime import date, timedelta

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER_DAYS = (1, 39, 50)
_YEAR_END = ((12, 24), (12, 26), (12, 31))
"""Days around the end of the year that are no holidays and are used like ones; assumed."""


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (J.-M. Oudin 1940; Meeus, Astronomical Algorithms, chapter 8).

    >>> easter(2019).isoformat(), easter(2024).isoformat()
    ('2019-04-21', '2024-03-31')
    """
    century, golden = year // 100, year % 19
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    epact -= epact // 28 * (1 - 29 // (epact + 1) * ((21 - golden) // 11))
    sunday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    offset = epact - sunday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


def french_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays (labour code, article L3133-1) and the last days of the year.

    >>> date(2019, 6, 10) in french_holidays(2019)
    True
    """
    moving = (easter(year) + timedelta(days=days) for days in _AFTER_EASTER_DAYS)
    return frozenset([*(date(year, month, day) for month, day in (*_FIXED, *_YEAR_END)), *moving])
