"""The workbook to fill in, written: guidance, energy, emissions, factors, and the lists that cells choose from."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agglo.contract import formulas
from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _, language
from agglo.models.climate.nomenclature import ALL, CO2E, SECTORS
from agglo.store.files import write_atomically
from agglo.studies.climate import layout
from agglo.studies.climate.layout import EMISSIONS, ENERGY, FACTORS, HEADS, LISTS, READ_ME, SHEETS, Head

ROWS = 1000
"""Last row whose cells choose from a list."""

_WITHOUT_HEATING_VALUE = ("electricity", "heat", "renewable-heat")
_NOT_FROM_ENERGY = ("agriculture", "waste", "industry")
_INK, _FILL, _HEADER = "FF16191D", "FFFFF3D9", "FF0B5468"
_WIDTHS = {"place": 24, "year": 10, "choice": 24, "number": 22, "percent": 20, "text": 44, "subsector": 18}


def write(path: Path, *, place: str = "", year: int | None = None) -> Path:
    """Write the workbook to fill in, in the language in force; ``place`` and ``year`` fill their columns.

    Raises
    ------
    InvalidInput
        The file cannot be written there.
    """
    found = []
    if path.suffix.lower() != ".xlsx":
        expected = _("a name that ends in {suffixes}").format(suffixes=".xlsx")
        found.append(Fault("FILE", str(path), expected, nearest(path.suffix, [".xlsx"])))
    if path.is_dir() or not path.absolute().parent.is_dir():
        found.append(Fault("FILE", str(path.parent), _("the name of a file, in a folder that exists")))
    if found:
        raise InvalidInput(_("The template cannot be written there."), found)
    write_atomically(path, content(place=place, year=year))
    return path


def content(*, place: str = "", year: int | None = None) -> bytes:
    """The workbook in memory."""
    import openpyxl

    said = language()
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    book.properties.title = _("Inventory of energy and emissions to fill in")
    book.properties.creator = "agglo"
    book.properties.language = said
    _read_me(book.create_sheet(SHEETS[READ_ME][said]), said)
    for name in (ENERGY, EMISSIONS, FACTORS):
        _form(book.create_sheet(SHEETS[name][said]), name, said, _filled(name, place, year))
    _lists(book.create_sheet(SHEETS[LISTS][said]), said)
    found = io.BytesIO()
    book.save(found)
    return found.getvalue()


def _filled(name: str, place: str, year: int | None) -> list[dict[str, Any]]:
    """What the rows of a sheet already say, by name of column, choices by identifier."""
    begun: dict[str, Any] = {"place": place or None, "year": year}
    if name == FACTORS:
        return [{"carrier": carrier, "unit": "kgCO2e/kWh", **_heating(carrier)} for carrier in layout.FUELS]
    if name == ENERGY:
        pairs = [(sector, carrier) for sector in SECTORS for carrier in layout.FUELS]
        return [{**begun, "sector": sector, "carrier": carrier, **_heating(carrier)} for sector, carrier in pairs]
    cells = [(sector, ALL) for sector in SECTORS] + [(sector, layout.NONE) for sector in _NOT_FROM_ENERGY]
    common = {"substance": CO2E, "unit": "tCO2e", "boundary": "scope-1-2"}
    return [{**begun, "sector": sector, "carrier": carrier, **common} for sector, carrier in cells]


def _heating(carrier: str) -> dict[str, str]:
    return {"heating": layout.NONE} if carrier in _WITHOUT_HEATING_VALUE else {}


def _read_me(sheet: Any, said: str) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill, Protection

    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 96
    sheet["A1"], sheet["A1"].font = _("Inventory of energy and emissions to fill in"), Font(bold=True, size=16)
    sheet["A2"] = _("Template")
    sheet["B2"] = f"{layout.MARK} {layout.VERSION} {said}"
    for rank, text in enumerate(layout.DESCRIBED.values(), layout.DESCRIBED_ROW):
        label, cell = sheet.cell(rank, 1, f"{text[said]} *"), sheet.cell(rank, 2)
        label.font = Font(bold=True)
        cell.fill, cell.protection = PatternFill("solid", fgColor=_FILL), Protection(locked=False)
        cell.border = _thin()
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    begin = layout.DESCRIBED_ROW + len(layout.DESCRIBED) + 1
    for rank, (topic, text) in enumerate(layout.guidance(), begin):
        sheet.cell(rank, 1, topic[said]).font = Font(bold=True)
        sheet.cell(rank, 2, text[said]).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(rank, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[rank].height = 16 * (1 + len(text[said]) // 96)
    _protect(sheet)
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "portrait", 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _form(sheet: Any, name: str, said: str, filled: Sequence[dict[str, Any]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill, Protection

    heads = HEADS[name]
    for column, head in enumerate(heads, 1):
        cell = sheet.cell(1, column, head.said(said))
        cell.font, cell.fill = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor=_HEADER)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        _column(sheet, column, head, said)
    sheet.row_dimensions[1].height = 34
    for line, row in enumerate(filled, 2):
        for column, head in enumerate(heads, 1):
            value = row.get(head.name)
            cell = sheet.cell(line, column)
            formulas.put(cell, layout.CHOICES[head.choices][value][said] if head.kind == "choice" and value else value)
            cell.protection, cell.border = Protection(locked=False), _thin()
            cell.number_format = _format(head)
            if head.name == "value":
                cell.fill = PatternFill("solid", fgColor=_FILL)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    _protect(sheet)


def _column(sheet: Any, column: int, head: Head, said: str) -> None:
    """Width, format, freedom and choice of the cells of a column."""
    from openpyxl.styles import Protection
    from openpyxl.utils import get_column_letter

    letter = get_column_letter(column)
    whole = sheet.column_dimensions[letter]
    whole.width, whole.protection, whole.number_format = _WIDTHS[head.kind], Protection(locked=False), _format(head)
    if rule := _rule(head, said):
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{ROWS}")


def _rule(head: Head, said: str) -> Any:
    """What a spreadsheet accepts in the cells of a column; None where anything goes."""
    from openpyxl.worksheet.datavalidation import DataValidation

    title = head.title[said][:32]
    if head.kind == "choice":
        rank = list(layout.CHOICES).index(head.choices)
        letter, last = _letter(rank + 1), len(layout.CHOICES[head.choices]) + 1
        formula = f"'{SHEETS[LISTS][said]}'!${letter}$2:${letter}${last}"
        error = _("Choose a name of the list.")
        return DataValidation(
            type="list", formula1=formula, allow_blank=True, showErrorMessage=True, errorTitle=title, error=error
        )
    if head.kind in ("number", "percent"):
        error = _("A number, 0 or more.")
        return DataValidation(
            type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True, showErrorMessage=True,
            errorTitle=title, error=error,
        )  # fmt: skip
    if head.kind == "year":
        error = _("A year from 1900 to 2200.")
        return DataValidation(
            type="whole", operator="between", formula1="1900", formula2="2200", allow_blank=True,
            showErrorMessage=True, errorTitle=title, error=error,
        )  # fmt: skip
    return None


def _lists(sheet: Any, said: str) -> None:
    from openpyxl.styles import Font

    for column, (name, choices) in enumerate(layout.CHOICES.items(), 1):
        sheet.cell(1, column, layout.LIST_TITLES[name][said]).font = Font(bold=True)
        for line, text in enumerate(choices.values(), 2):
            sheet.cell(line, column, text[said])
        sheet.column_dimensions[_letter(column)].width = 34 if name in ("sector", "fuel", "carrier") else 22
    sheet.freeze_panes = "A2"
    _protect(sheet)


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _format(head: Head) -> str:
    """Codes stay texts, so that leading zeros stay."""
    if head.kind == "number":
        return "General" if head.name == "value" and head.title["en"] == "Emission factor" else "#,##0.###"
    return {"place": "@", "text": "@", "subsector": "@", "year": "0"}.get(head.kind, "General")


def _thin() -> Any:
    from openpyxl.styles import Border, Side

    side = Side(style="thin", color="FFC6CCD2")
    return Border(left=side, right=side, top=side, bottom=side)


def _protect(sheet: Any) -> None:
    """Locked cells cannot be typed over by mistake; there is no password, and rows may be added, sorted and removed."""
    protection = sheet.protection
    protection.sheet = True
    for name in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(protection, name, False)
