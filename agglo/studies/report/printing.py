"""A study report as a PDF to print: the same content on A4, charts beside their tables, run identifiers at the foot."""

import math
from pathlib import Path
from typing import Any

from agglo.contract.language import _, ngettext
from agglo.contract.numerals import number
from agglo.store import files
from agglo.studies.report import charts, pages, pdf, pieces
from agglo.studies.report.blocks import (
    Block,
    Box,
    Chart,
    Document,
    Facts,
    Items,
    Keys,
    Map,
    Maps,
    Paragraph,
    Section,
    Table,
)
from agglo.studies.report.typography import typeset

TEMPLATE = Path(__file__).parent / "templates" / "study.typ"
MAP_TEMPLATE = "map.svg.j2"
NAMED_RUNS = 4
"""Runs that the foot of a page names; all are in the table at the end."""
RUN_DIGITS = 12
_WIDEST, _HEAD_LINES, _BOLD = 44, 3, 1.15
_WORD_JOINER = "\u2060"
_SIZES = ((6, (8.6, 114)), (8, (7.6, 130)), (99, (6.8, 150)))
"""By number of columns at most: size of letters [pt] and letters in a line; a smaller one where words would be cut."""


def render(document: Document) -> bytes:
    """The PDF in memory.

    Raises
    ------
    MissingExtra
        Typst is not installed.
    """
    held: dict[str, bytes] = {}
    content = {
        "title": typeset(document.title),
        "kind": typeset(document.kind),
        "about": [typeset(text) for text in document.about],
        "foot": _foot(document),
        "boxes": [_block(box, held) for box in document.boxes],
        "sections": [
            {"title": typeset(section.title), "blocks": [_block(block, held) for block in _printed(section)]}
            for section in document.sections
        ],
    }
    held["document.json"] = files.to_json(content)
    return pdf.compiled(TEMPLATE.read_text(encoding="utf-8"), held)


def _printed(section: Section) -> list[Block]:
    """The blocks of a section that a PDF holds, and a sentence on those that it does not."""
    charts_left = sum(isinstance(block, Chart) and not block.printed for block in section.blocks)
    tables_left = sum(isinstance(block, Table) and not _has_print(block) for block in section.blocks)
    kept = [block for block in section.blocks if not isinstance(block, Chart | Table) or _has_print(block)]
    if charts_left:
        said = ngettext(
            "{count} more chart, with its table, is in the page (HTML); its figures are in the workbook (XLSX).",
            "{count} more charts, with their tables, are in the page (HTML); their figures are in the workbook (XLSX).",
            charts_left,
        )
        kept.append(Paragraph(said.format(count=charts_left)))
    if tables_left:
        said = ngettext(
            "{count} more table is in the page (HTML) and in the workbook (XLSX).",
            "{count} more tables are in the page (HTML) and in the workbook (XLSX).",
            tables_left,
        )
        kept.append(Paragraph(said.format(count=tables_left)))
    return kept


def _has_print(block: Chart | Table) -> bool:
    """Whether a PDF shows it: a table whose rows are all for pages and workbooks is left out."""
    return block.printed if isinstance(block, Chart) else bool(block.printed) or not block.rows


def _foot(document: Document) -> str:
    """The runs the report is of."""
    named = [run[-RUN_DIGITS:] for run in document.runs[:NAMED_RUNS]]
    more = len(document.runs) - len(named)
    said = _("agglo, runs {runs}").format(runs=", ".join(named))
    if more > 0:
        said += ngettext(", and {count} more", ", and {count} more", more).format(count=more)
    return said if named else "agglo"


def _block(block: Block, held: dict[str, bytes]) -> dict[str, Any]:
    """A block as the template reads it; pictures are put into ``held``."""
    match block:
        case Paragraph():
            return {"kind": "paragraph", "text": typeset(block.text), "code": block.code, "strong": block.strong}
        case Box():
            texts = [typeset(text) for text in block.texts]
            return {
                "kind": "box",
                "title": typeset(block.title),
                "texts": texts,
                "tone": block.tone,
                "code": block.code,
            }
        case Items():
            return {"kind": "items", "title": typeset(block.title), "texts": [typeset(text) for text in block.texts]}
        case Facts():
            pairs = [[typeset(term), typeset(said)] for term, said in block.pairs]
            texts = [typeset(text) for text in block.texts]
            return {"kind": "facts", "title": typeset(block.title), "pairs": pairs, "texts": texts}
        case Keys():
            keys = [[typeset(key.title), f"{key.figure} {key.unit}".strip(), typeset(key.below)] for key in block.keys]
            return {"kind": "keys", "keys": keys}
        case Chart():
            return _chart(block, held)
        case Maps():
            maps = [_map(one, held) for one in block.maps]
            texts = [typeset(text) for text in block.reading]
            return {
                "kind": "maps",
                "title": block.maps[0].title,
                "maps": maps,
                "texts": texts,
                "table": _table(block.table),
            }
        case Table():
            return {"kind": "table"} | _table(block)


def _chart(chart: Chart, held: dict[str, bytes]) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": "chart", "title": typeset(chart.title), "table": _table(chart.table), "file": ""}
    if charts.installed():
        said |= {"file": f"{chart.id}.svg", "alt": f"{chart.title}. {chart.description}"}
        drawn = charts.svg(chart.make, pieces.WIDE, id=chart.id, title=chart.title, description=chart.description)
        held[said["file"]] = drawn.encode()
    return said


def _map(one: Map, held: dict[str, bytes]) -> dict[str, Any]:
    name = f"{one.picture.id}.svg"
    template = pages.environment().get_template(MAP_TEMPLATE)
    held[name] = str(template.render(picture=one.picture, drawing=one.drawing)).encode()
    unit = _("In {unit}, {period}").format(unit=one.picture.unit, period=one.picture.period)
    return {
        "file": name,
        "caption": typeset(one.picture.caption or one.title),
        "alt": one.picture.description,
        "unit": unit,
        "keys": [
            [key.fill if key.fill.startswith("#") else "", f"{key.label} ({key.count})"] for key in one.picture.keys
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    note = table.note
    hidden = len(table.rows) - len(table.printed)
    if hidden:
        note += " " + ngettext(
            "{count} more row is in the workbook (XLSX).",
            "{count} more rows are in the workbook (XLSX).",
            hidden,
        ).format(count=number(hidden))
    rows = [[typeset(text) for text in table.said(row)] for row in table.printed]
    heads = [_whole_units(typeset(column.header)) for column in table.columns]
    least = _least(heads, rows)
    size, room = _sizes(least)
    return {
        "caption": typeset(table.caption),
        "columns": heads,
        "widths": _widths(heads, rows, least, room),
        "size": size,
        "room": room,
        "figures": [column.figures for column in table.columns],
        "rows": rows,
        "strong": [row.strong for row in table.printed],
        "note": typeset(note.strip()),
    }


def _sizes(least: list[int]) -> tuple[float, int]:
    """Size of the letters of a table [pt], and how many fit in a line."""
    sizes = [size for most, size in _SIZES if len(least) <= most]
    return next((size for size in sizes if sum(least) <= size[1]), sizes[-1])


def _least(heads: list[str], rows: list[list[str]]) -> list[int]:
    """Letters of the longest word of each column."""
    columns = zip(heads, *rows, strict=True)
    return [max([_head(head)] + [len(word) for text in texts for word in text.split()]) + 2 for head, *texts in columns]


def _widths(heads: list[str], rows: list[list[str]], least: list[int], room: int) -> list[float]:
    """Letters given to each column: its longest word at least, then as its texts ask for, within a line."""
    columns = zip(least, heads, *rows, strict=True)
    wanted = [
        max(low, min(max(map(len, texts), default=0), _WIDEST) + 2, len(head) // _HEAD_LINES)
        for low, head, *texts in columns
    ]
    spare = max(0, room - sum(least))
    asked = sum(wanted) - sum(least)
    share = 1.0 if asked <= spare else spare / asked
    return [round(low + (want - low) * share, 1) for low, want in zip(least, wanted, strict=True)]


def _head(head: str) -> int:
    """Letters of the longest word of a heading, which is bold."""
    return math.ceil(max((len(word) for word in head.split()), default=0) * _BOLD)


def _whole_units(head: str) -> str:
    """A heading whose unit is not cut after its slash."""
    return head.replace("/", f"/{_WORD_JOINER}")
