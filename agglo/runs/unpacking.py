"""Unpacking a ZIP file nobody vouches for: every entry is checked before anything is written."""

import stat
import zipfile
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath

from agglo.contract.errors import AggloError, Fault, InvalidInput
from agglo.contract.language import _
from agglo.runs.failures import is_full_disk
from agglo.store import files

MAXIMUM_BYTES = 50_000_000_000
"""Largest archive, once unpacked [bytes]."""
MAXIMUM_RATIO = 200
"""Most that an archive, or a file of it, may expand when unpacked; more is taken for a zip bomb."""
MAXIMUM_FILES = 1_000_000
SMALL_BYTES = 10_000_000
"""What is no larger once unpacked is no bomb, whatever its ratio [bytes]."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def unpack(source: Path, folder: Path) -> list[str]:
    """Unpack ``source`` into an empty folder; the answer is the names of its files.

    Raises
    ------
    InvalidInput
        Not a ZIP file or a damaged one; a path that leaves the folder, a link, a name that comes twice, a method of
        compression that agglo does not write, or content that expands beyond measure.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            _check(entries, source.stat().st_size)
            for entry in entries:
                _extract(archive, entry, folder)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        if isinstance(error, AggloError) or is_full_disk(error):
            raise
        raise InvalidInput(
            _("This archive cannot be read."), [Fault(source.name, _said(error), _("an archive made by agglo export"))]
        ) from None
    return [entry.filename for entry in entries]


def _said(error: Exception) -> str:
    """What an error says, without the place the file lies at."""
    said = error.strerror if isinstance(error, OSError) else None
    return (said or str(error))[:200]


def _check(entries: list[zipfile.ZipInfo], packed: int) -> None:
    found = []
    total = sum(entry.file_size for entry in entries)
    if total > MAXIMUM_BYTES or len(entries) > MAXIMUM_FILES:
        found.append(
            Fault(
                _("archive"),
                _("{count} files, {total} bytes unpacked").format(count=len(entries), total=total),
                _("at most {count} files, {total} bytes").format(count=MAXIMUM_FILES, total=MAXIMUM_BYTES),
            )
        )
    found += _expansion(_("archive"), total, packed)
    names = [entry.filename for entry in entries]
    found += [Fault(name[:200], _("twice"), _("once")) for name, count in Counter(names).items() if count > 1]
    found += [fault for entry in entries for fault in _faults(entry)]
    if found:
        raise InvalidInput(_("This archive is refused."), found)


def _faults(entry: zipfile.ZipInfo) -> list[Fault]:
    """What is wrong with one entry."""
    where = entry.orig_filename[:200]
    if not _is_inside(entry.orig_filename):
        return [Fault(where, _("a path that leaves the archive"), _("a path inside it"))]
    mode = entry.external_attr >> 16
    if entry.is_dir() or (stat.S_IFMT(mode) and not stat.S_ISREG(mode)):
        return [Fault(where, _("a link or a folder"), _("a plain file"))]
    if entry.compress_type not in _METHODS or entry.flag_bits & _ENCRYPTED:
        return [Fault(where, _("an entry that is encrypted or compressed otherwise"), _("a plain ZIP entry"))]
    return _expansion(where, entry.file_size, entry.compress_size)


def _is_inside(name: str) -> bool:
    """Whether a name is a relative path written in the one way that cannot leave a folder, on any system."""
    path = PurePosixPath(name)
    written = name.rstrip("/") == str(path) and bool(path.parts)
    return written and not path.is_absolute() and ".." not in path.parts and not set(name) & {"\\", ":", "\0"}


def _expansion(where: str, size: int, packed: int) -> list[Fault]:
    if size <= max(SMALL_BYTES, MAXIMUM_RATIO * packed):
        return []
    got = _("{size} bytes packed into {packed}").format(size=size, packed=packed)
    return [Fault(where, got, _("at most {ratio} times as many").format(ratio=MAXIMUM_RATIO))]


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = folder / entry.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(entry) as source, path.open("xb") as target:
        while written <= entry.file_size and (piece := source.read(files.CHUNK_BYTES)):
            written += len(piece)
            target.write(piece)
    if written != entry.file_size:
        got, wanted = _("{count} bytes").format(count=written), _("{count} bytes").format(count=entry.file_size)
        raise InvalidInput(_("This archive is refused."), [Fault(entry.filename, got, wanted)])
