"""A page read back: its elements, and the cells of its tables."""

import re
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "link", "path", "rect", "line"}


class Page(HTMLParser):
    """The elements of a page in their order, each with its attributes, path and text; faults of nesting."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[dict[str, Any]] = []
        self.elements: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.feed(text)
        self.faults += [f"{one['tag']} is not closed" for one in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "text": "", **dict(attrs), "in": [one["tag"] for one in self.open]}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append({"tag": tag, "text": "", **dict(attrs), "in": [one["tag"] for one in self.open]})

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1]["tag"] == tag:
            self.open.pop()
        else:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element["text"] += data

    def all(self, *tags: str) -> list[dict[str, Any]]:
        return [one for one in self.elements if one["tag"] in tags]

    def texts(self, tag: str) -> list[str]:
        return [" ".join(one["text"].split()) for one in self.all(tag)]


def rows_of(text: str, id: str) -> list[list[str]]:
    """Cells of the table of that identifier, as a person reads them."""
    table = text[text.index(f'<caption id="{id}"') :]
    rows = re.findall(r"<tr.*?</tr>", table[: table.index("</table>")], re.S)
    return [
        [re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.S)]
        for row in rows
    ]
