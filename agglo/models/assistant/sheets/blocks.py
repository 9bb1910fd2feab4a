"""The text of a sheet as it is shown and searched: headings, paragraphs and items of lists, and their sentences.

The subset of Markdown: ``## heading`` (two to four signs), ``- item``, paragraphs apart by an empty line, and
``[words](address)``. Whatever else is written is text.
"""

import re
from dataclasses import dataclass
from typing import Literal

_HEADING = re.compile(r"(#{2,4})\s+(\S.*)")
_ITEM = re.compile(r"[-*•]\s+(\S.*)")
LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(([^()\s]{1,2000})\)")
"""Words and address of a link."""
_END = re.compile(r"(?<=[.!?…;:])[»\")]?\s+")
_SHORTENED = re.compile(
    r"(?:\b(?:M|MM|Mme|Mlle|Dr|Me|St|Ste|art|al|cf|ex|env|tél|no|pp|vol|min|max|[A-Z])|^\d{1,2})\.$", re.IGNORECASE
)
"""What a sentence does not end with: a shortened word, an initial, the number that begins it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or an item, word for word; ``level`` is that of a heading (2 to 4), else 0."""

    kind: Literal["heading", "paragraph", "item"]
    text: str
    level: int = 0


def read(text: str) -> list[Block]:
    """The blocks of a text, in order. Lines of one paragraph or item that follow each other are joined by a space.

    >>> [block.kind for block in read("Un mot.\\n\\n## Titre\\n- un\\n- deux")]
    ['paragraph', 'heading', 'item', 'item']
    """
    found: list[Block] = []
    goes_on = False
    for line in (one.strip() for one in text.splitlines()):
        heading, item = _HEADING.fullmatch(line), _ITEM.fullmatch(line)
        if heading:
            found.append(Block("heading", heading[2], len(heading[1])))
        elif item:
            found.append(Block("item", item[1]))
        elif line and goes_on:
            found[-1] = Block(found[-1].kind, f"{found[-1].text} {line}")
        elif line:
            found.append(Block("paragraph", line))
        goes_on = bool(line) and not heading
    return found


def plain(text: str) -> str:
    """The words of a text, without the addresses of its links.

    >>> plain("Voir [la carte](https://exemple.fr/carte).")
    'Voir la carte.'
    """
    return LINK.sub(r"\1", text)


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order; parted after ``;`` and ``:`` too. Joined by spaces they are the text again.

    >>> sentences("M. le maire répond. Voir l'art. 5 : il dit tout.")
    ['M. le maire répond.', "Voir l'art. 5 :", 'il dit tout.']
    """
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        said = text[start : end.start()].rstrip()
        if said and not _SHORTENED.search(said):
            found.append(text[start : end.end()].strip())
            start = end.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found
