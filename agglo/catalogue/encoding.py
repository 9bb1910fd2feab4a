"""Encodings: the bytes of a text file as UTF-8, and the name of the encoding they were in."""

import codecs
import re
from typing import TYPE_CHECKING

from agglo.catalogue.source import unreadable
from agglo.contract.language import _

if TYPE_CHECKING:
    import pyarrow as pa

MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
CHUNK = 1 << 24


def as_utf8(buffer: "pa.Buffer", name: str, encoding: str | None = None) -> "tuple[pa.Buffer, str]":
    """The content as UTF-8 without byte order mark, and its encoding: the one asked for, else the one it is in.

    A mark decides; then UTF-8 if every byte fits; then UTF-16 if half the bytes are zero; else Windows-1252, or Latin-1
    where a byte has no meaning in Windows-1252.

    Raises
    ------
    InvalidInput
        The encoding is unknown, the bytes do not fit it, or the file is not text.
    """
    import pyarrow as pa

    start = bytes(buffer[:4])
    mark = next((mark for mark in MARKS if start.startswith(mark)), b"")
    found = _known(encoding, name) if encoding else MARKS.get(mark) or _unmarked(buffer)
    content = buffer[len(mark) :] if mark and codecs.lookup(found).name == MARKS[mark] else buffer
    text = content if found == "utf-8" and _is_utf8(content) else _decoded(content, found, name)
    if _has_zero(text):
        raise unreadable(name, _("zero bytes"), _("text"), _("This is a binary file: check what it is."))
    return (text if isinstance(text, pa.Buffer) else pa.py_buffer(text)), found


def sample_of_accents(buffer: "pa.Buffer") -> str:
    """The first word with a letter outside ASCII, which shows at a glance whether the encoding is right.

    >>> import pyarrow as pa
    >>> sample_of_accents(pa.py_buffer("Orsay;Gif;Évry;Orsay".encode()))
    'Évry'
    """
    found = re.search(rb"[\w'-]*[\x80-\xff]+[\w'\x80-\xff-]*", bytes(buffer[:CHUNK]))
    return found.group().decode("utf-8", "ignore") if found else ""


def _known(encoding: str, name: str) -> str:
    try:
        found = codecs.lookup(encoding).name
    except LookupError:
        raise unreadable(name, encoding, _("an encoding such as utf-8, cp1252 or iso8859-1")) from None
    return found.removesuffix("-sig")


def _unmarked(buffer: "pa.Buffer") -> str:
    if _is_utf8(buffer) and not _has_zero(buffer[:4096]):
        return "utf-8"
    head = bytes(buffer[:4096])
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if head.count(0) and zeros.count(0) > 0.7 * len(zeros):
            return encoding
    undefined = any(bytes((byte,)) in bytes(buffer) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D))
    return "iso8859-1" if undefined else "cp1252"


def _is_utf8(buffer: "pa.Buffer") -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, buffer.size, CHUNK):
            decoder.decode(memoryview(buffer)[start : start + CHUNK], final=start + CHUNK >= buffer.size)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(content: "pa.Buffer", encoding: str, name: str) -> bytes:
    try:
        return bytes(content).decode(encoding).encode("utf-8")
    except UnicodeDecodeError as error:
        line = bytes(content)[: error.start].count(b"\n") + 1
        got = error.object[error.start : error.end].hex(" ")
        raise unreadable(
            _("{name}, line {line}").format(name=name, line=line),
            _("bytes {bytes}").format(bytes=got),
            _("text in {encoding}").format(encoding=encoding),
            _("Say encoding: in the mapping, or save the file as UTF-8."),
        ) from None


def _has_zero(buffer: "pa.Buffer | bytes") -> bool:
    view = memoryview(buffer)
    return any(b"\0" in bytes(view[start : start + CHUNK]) for start in range(0, len(view), CHUNK))
