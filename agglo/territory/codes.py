"""Official codes: INSEE codes of communes, SIREN numbers of public bodies.

An INSEE code of a commune has five characters (Code officiel géographique, INSEE):

- in metropolitan France, the department (01 to 19, 2A and 2B in Corsica, 21 to 95), then three digits;
- overseas, the department or collectivity in three digits (971 to 978, 984, 986 to 989), then two digits.

It is text: a spreadsheet that reads it as a number drops the zero of 01001 and cannot hold 2A004. It is not a postcode.

A SIREN has nine digits, the last of which is a check digit by Luhn's formula (ISO/IEC 7812-1, annex B).
"""

import re
from collections.abc import Iterable

from agglo.contract.errors import Fault
from agglo.contract.language import _

_METROPOLE = r"(?:0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5])\d{3}"
_OVERSEAS = r"(?:97[1-8]|98[46-9])\d{2}"
_INSEE = re.compile(f"{_METROPOLE}|{_OVERSEAS}")
_DEPARTMENT = re.compile(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-8]|98[46-9]")
_REGION = re.compile(r"\d{2}|97[1-8]|98[46-9]")
_SIREN = re.compile(r"\d{9}")


def is_insee(code: str) -> bool:
    """Whether ``code`` has the form of a commune's INSEE code; it may still belong to no commune.

    >>> [is_insee(code) for code in ("91477", "2A004", "97411", "1001", "20004")]
    [True, True, True, False, False]
    """
    return code.isascii() and _INSEE.fullmatch(code) is not None


def is_department(code: str) -> bool:
    """Whether ``code`` has the form of a department's INSEE code: 91, 2A, 974."""
    return code.isascii() and _DEPARTMENT.fullmatch(code) is not None


def is_region(code: str) -> bool:
    """Whether ``code`` has the form of a region's or overseas collectivity's INSEE code: 11, 04, 987."""
    return code.isascii() and _REGION.fullmatch(code) is not None


def is_siren(number: str) -> bool:
    """Whether ``number`` is a SIREN: nine digits that satisfy Luhn's formula.

    >>> is_siren("200056232"), is_siren("200056233")
    (True, False)
    """
    return number.isascii() and _SIREN.fullmatch(number) is not None and is_luhn(number)


def is_luhn(number: str) -> bool:
    """Whether the digits of ``number`` satisfy Luhn's formula (ISO/IEC 7812-1, annex B).

    >>> is_luhn("20005623200016"), is_luhn("20005623200018")
    (True, False)
    """
    digits = [int(digit) for digit in number]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def insee_repair(code: str) -> str:
    """What to do about a ``code`` that is not an INSEE code: the likely one where there is one, else the form.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> insee_repair("1004")
    'Did you mean "01004"? A spreadsheet drops the first zero of a code kept as a number.'
    """
    tidy = code.strip().upper().removesuffix(".0")
    if is_insee(tidy):
        return _('Write it "{code}".').format(code=tidy)
    if is_insee(f"0{tidy}"):
        return _('Did you mean "{code}"? A spreadsheet drops the first zero of a code kept as a number.').format(
            code=f"0{tidy}"
        )
    if re.fullmatch(r"20\d{3}", tidy):
        return _("Corsican codes begin with 2A or 2B.")
    return _("Give the INSEE code of the commune, which is neither its postcode nor its SIREN.")


def format_faults(codes: Iterable[str], *, what: str = "") -> list[Fault]:
    """Malformed and repeated INSEE ``codes``, one fault each, in their order.

    ``what`` names the list in the faults; positions count from 1.
    """
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for position, code in enumerate(codes, start=1):
        where = position_name(what, position)
        if not is_insee(code):
            faults.append(
                Fault(where, f'"{code}"', _("an INSEE code of five characters such as 91477"), insee_repair(code))
            )
        elif code in first:
            faults.append(
                Fault(
                    where,
                    f'"{code}"',
                    _("each commune once"),
                    _("It is already at position {position}: remove one of the two.").format(position=first[code]),
                )
            )
        first.setdefault(code, position)
    return faults


def position_name(what: str, position: int) -> str:
    """How a fault names the place of a code: its list and its position, counted from 1."""
    return _("{what}, position {position}").format(what=what or _("communes"), position=position)
