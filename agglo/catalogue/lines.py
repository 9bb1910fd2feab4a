"""Files whose lines are the data, such as EPANET models (.inp): a table of line numbers and texts."""

import re
from pathlib import Path

from agglo.catalogue.encoding import as_utf8, sample_of_accents
from agglo.catalogue.source import Column, Layout, Source, unreadable
from agglo.contract.language import _

LINE, TEXT = "line", "text"
_SECTION = re.compile(r"\s*\[[A-Za-z]+\]?")


def read_lines(path: Path, layout: Layout) -> Source:
    """The lines of an EPANET model in their order, as the columns ``line`` (from 1) and ``text``.

    Lines may end in line feeds, carriage returns or both; spaces at their ends stay.

    Raises
    ------
    InvalidInput
        The file is not text, or no line of it opens a section such as [JUNCTIONS].
    """
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        buffer, encoding = as_utf8(file.read_buffer(), path.name, layout.encoding)
        content = bytes(buffer).decode("utf-8")
    texts = re.split(r"\r\n|\n|\r", content)
    if not texts[-1]:
        texts.pop()
    if not any(_SECTION.match(text) for text in texts):
        raise unreadable(path.name, _("no section"), _("an EPANET model, with sections such as [JUNCTIONS]"))
    columns = {
        LINE: Column(LINE, (pa.chunked_array([pa.array(range(1, len(texts) + 1), pa.int64())]),)),
        TEXT: Column(TEXT, (pa.chunked_array([pa.array(texts, pa.string())]),)),
    }
    note = _("read as {encoding}").format(encoding=encoding)
    word = sample_of_accents(buffer) if encoding != "utf-8" else ""
    return Source("inp", columns, len(texts), _where, (f'{note} ("{word}")' if word else note,))


def _where(row: int, _column: str) -> str:
    return _("line {line}").format(line=row + 1)
