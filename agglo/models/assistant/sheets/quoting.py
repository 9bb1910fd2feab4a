"""What is quoted of a sheet: the block where the answer stands, whole where it is short, with what it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from agglo.models.assistant.sheets import blocks
from agglo.models.assistant.sheets.blocks import Block
from agglo.models.assistant.sheets.sheet import Place, Sheet

MOST_WORDS = 80
"""Words of a quotation, about; a sentence is never cut."""
_ITEMS = 6
"""Items of a list that are quoted whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, an item of a list, or some sentences of one, exactly as in the sheet."""

    text: str
    item: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a sheet, exactly as they stand in it: ``lines`` in their order, below ``heading``."""

    sheet: Sheet
    lines: tuple[Line, ...]
    heading: str = ""

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(one.text for one in self.lines)


def quote(sheet: Sheet, place: Place | None) -> Quotation | None:
    """What a sheet says at a place, or at its beginning; None where it says nothing."""
    read = blocks.read(sheet.text)
    start = place.block if place else next((i for i, one in enumerate(read) if one.kind != "heading"), None)
    if start is None or start >= len(read):
        return None
    if read[start].kind == "heading":
        start += 1
        place = None
    if start >= len(read) or read[start].kind == "heading":
        return None
    heading = next((one.text for one in reversed(read[:start]) if one.kind == "heading"), "")
    lines = _list(read, start) if _in_list(read, start) else [_paragraph(read[start], place)]
    return Quotation(sheet, tuple(lines), heading)


def _in_list(read: Sequence[Block], at: int) -> bool:
    """Whether a block is an item, or the sentence that begins a list."""
    return read[at].kind == "item" or (at + 1 < len(read) and read[at + 1].kind == "item")


def _list(read: Sequence[Block], at: int) -> list[Line]:
    """A list with the sentence that begins it: whole where it is short, else the items from the one asked for on."""
    first = at if read[at].kind == "item" else at + 1
    begin = first
    while begin > 0 and read[begin - 1].kind == "item":
        begin -= 1
    end = first
    while end < len(read) and read[end].kind == "item":
        end += 1
    lead = [_last(read[begin - 1])] if begin > 0 and read[begin - 1].kind == "paragraph" else []
    items = [Line(one.text, item=True) for one in read[begin:end]]
    if len(items) > _ITEMS or _words(items) > MOST_WORDS:
        items = _within(items[first - begin :])
    return [*lead, *items]


def _last(paragraph: Block) -> Line:
    """A paragraph that begins a list: whole where it is short, else its last sentence, which ends in a colon."""
    said = blocks.sentences(paragraph.text)
    return Line(paragraph.text if len(paragraph.text.split()) <= MOST_WORDS else said[-1])


def _paragraph(block: Block, place: Place | None) -> Line:
    """A paragraph whole where it is short, else its sentences from the one asked for on."""
    if len(block.text.split()) <= MOST_WORDS:
        return Line(block.text)
    said = blocks.sentences(block.text)
    kept = _within([Line(one) for one in said[min(place.sentence if place else 0, len(said) - 1) :]])
    return Line(" ".join(one.text for one in kept))


def _within(lines: Sequence[Line]) -> list[Line]:
    """The first lines, as many as a quotation holds; one at least."""
    kept = [lines[0]]
    for one in lines[1:]:
        if _words([*kept, one]) > MOST_WORDS:
            break
        kept.append(one)
    return kept


def _words(lines: Sequence[Line]) -> int:
    return sum(len(one.text.split()) for one in lines)
