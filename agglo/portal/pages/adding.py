"""The form that adds data. What is sent is read by a process of its own; everything wrong with it is told at once."""

import csv
import io
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from agglo.catalogue.reading import FORMATS
from agglo.catalogue.schema import spoken
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.formulas import neutral
from agglo.contract.language import _
from agglo.portal import adding, html, noting
from agglo.portal.app import path_of
from agglo.portal.fields import Wrong, by_field, wrongs
from agglo.portal.headings import heads
from agglo.portal.visits import Visit
from agglo.runs import aside
from agglo.trust.access import reading, rights
from agglo.trust.access.rights import Asset

SHOWN = 200
"""Faults shown in the table; all of them stand in the text below it."""
MOST_LISTED = 20_000
LICENCES = ("Licence Ouverte 2.0", "ODbL 1.0", "CC BY 4.0", "CC BY-SA 4.0", "CC0 1.0", "MIT")
OTHER = "other"
LONGEST_TEXT = 500
MAPPING_BYTES = 200_000
MAPPING_NAME = "mapping.yaml"
"""What faults call the mapping; no file of data ends so."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_TEXTS = ("title", "source", "owner", "attribution")


def form(visit: Visit) -> Response:
    """The form; sent, it keeps the file and goes to the dataset's page, or tells everything that is wrong."""
    name = (visit.form or visit.query).get("name", "")
    if not rights.may(visit.workspace, visit.person, "add", Asset("dataset", name if _NAME.fullmatch(name) else "")):
        rights.check(visit.workspace, visit.person, "add")
    if visit.request.method != "POST":
        return _shown(visit, {"name": name})
    typed = {key: text.strip() for key, text in visit.form.items()}
    typed["name"] = typed.get("name") or _short_name(_sent_name(visit.files.get("file")))
    rights.check(visit.workspace, visit.person, "add", Asset("dataset", typed["name"]))
    faults = [*_of_texts(typed), *_of_files(visit)]
    if faults:
        return _shown(visit, typed, what=_("This form is not complete."), faults=faults)
    try:
        reference, new = _kept(visit, typed)
    except InvalidInput as error:
        return _shown(visit, typed, what=error.what, repair=error.repair, of_file=error.faults)
    noting.note(visit, "added", f"dataset {reference}")
    name, _at, version = reference.partition("@")
    try:
        reading.dataset(visit.workspace, visit.person, reference)
    except NotFound:
        return RedirectResponse(f"{path_of('add_data')}?{urlencode({'kept': reference})}", 303)
    query = urlencode({"version": version, "added": "new" if new else "same"})
    return RedirectResponse(f"{path_of('dataset', name=name)}?{query}", 303)


def _of_texts(typed: Mapping[str, str]) -> list[Fault]:
    needed = {"title": _("a short text"), "source": _("where it comes from"), "owner": _("who answers for it")}
    found = [Fault(key, _("nothing"), expected) for key, expected in needed.items() if not typed.get(key)]
    found += [
        Fault(
            key, _("{count} characters").format(count=len(typed[key])), _("at most {count}").format(count=LONGEST_TEXT)
        )
        for key in _TEXTS
        if len(typed.get(key, "")) > LONGEST_TEXT
    ]
    if not _NAME.fullmatch(typed["name"]):
        found.append(Fault("name", f'"{typed["name"][:80]}"', _("lower-case letters, digits and hyphens, at most 64")))
    if typed.get("schema") not in adding.schemas():
        found.append(Fault("schema", _("nothing"), _("one of the list")))
    if not _licence(typed):
        found.append(Fault("licence", _("nothing"), _("a licence of the list, or the name of another one")))
    return found


def _licence(typed: Mapping[str, str]) -> str:
    chosen = typed.get("licence", "")
    return typed.get("licence_other", "")[:LONGEST_TEXT] if chosen == OTHER else chosen if chosen in LICENCES else ""


def _of_files(visit: Visit) -> list[Fault]:
    file, found = visit.files.get("file"), []
    suffix = PurePath(_sent_name(file)).suffix.lower()
    if file is None or not _sent_name(file):
        found.append(Fault("file", _("nothing"), _("a file"), _("Choose it again: a browser does not keep it.")))
    elif suffix not in FORMATS:
        found.append(Fault("file", suffix[:20] or _("no extension"), ", ".join(FORMATS)))
    mapping = visit.files.get("mapping")
    if mapping and (mapping.size or 0) > MAPPING_BYTES:
        found.append(Fault("mapping", _("a large file"), _("a YAML text of at most 200 kB")))
    return found


def _sent_name(file: UploadFile | None) -> str:
    """The name of a sent file without folders, control signs or needless length; empty where none was sent."""
    name = PurePath((file.filename or "").replace("\\", "/")).name if file else ""
    plain = "".join(sign for sign in name if sign.isprintable()).strip(". ")
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[:80]}{dot}{suffix[:16]}" if dot else plain[:80]


def _short_name(name: str) -> str:
    """What a dataset is called where nobody says.

    >>> _short_name("Débits 2024.xlsx")
    'debits-2024'
    """
    plain = unicodedata.normalize("NFKD", PurePath(name).stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")


def _kept(visit: Visit, typed: Mapping[str, str]) -> tuple[str, bool]:
    """Put what was sent in a folder aside and have it read from there."""
    described = {key: typed.get(key, "") for key in (*_TEXTS, "name", "schema")}
    described["licence"] = _licence(typed)
    with aside.folder(visit.workspace) as folder:
        file = _written(visit.files["file"], folder / _sent_name(visit.files["file"]))
        sent = visit.files.get("mapping")
        mapping = _written(sent, folder / MAPPING_NAME) if sent and sent.filename else None
        return adding.add(visit.workspace, file, actor=visit.person.id, described=described, mapping=mapping)


def _written(sent: UploadFile, path: Path) -> Path:
    with path.open("xb") as target:
        sent.file.seek(0)
        shutil.copyfileobj(sent.file, target)
    return path


def _shown(
    visit: Visit,
    typed: Mapping[str, str],
    *,
    what: str = "",
    repair: str = "",
    faults: Sequence[Fault] = (),
    of_file: Sequence[Fault] = (),
) -> Response:
    labels = _labels()
    found: list[Wrong] = wrongs(faults, labels)
    empty = dict.fromkeys((*labels, "licence_other"), "")
    return html.page(
        visit,
        "add_data.html.j2",
        heads=heads,
        status=422 if what else 200,
        typed=empty | dict(typed),
        labels=labels,
        what=what,
        repair=repair,
        found=found,
        wrong=by_field(found),
        file_faults=[[one.where, one.got or "–", one.expected or "–", one.repair or "–"] for one in of_file[:SHOWN]],
        file_faults_count=len(of_file),
        file_faults_text=_as_csv(of_file) if of_file else "",
        schemas=_schema_options(),
        licences=[("", _("Choose")), *((one, one) for one in LICENCES), (OTHER, _("Another one"))],
        accept=",".join(FORMATS),
        limit_mb=visit.workspace.setting("upload_limit_mb"),
        kept=visit.query.get("kept", "")[:80],
        visibility=visit.workspace.setting("visibility"),
    )


def _labels() -> dict[str, str]:
    return {
        "file": _("File"),
        "schema": _("What the file holds (its schema)"),
        "title": _("Title"),
        "name": _("Short name, for addresses"),
        "licence": _("Licence"),
        "licence_other": _("Name of the other licence"),
        "source": _("Source"),
        "owner": _("Owner"),
        "attribution": _("Attribution"),
        "mapping": _("How to read the file (a YAML text)"),
    }


def _schema_options() -> list[tuple[str, str]]:
    known = [(name, spoken(one.get("title", "")) or name) for name, one in adding.schemas().items()]
    return [("", _("Choose")), *sorted(((name, f"{title} ({name})") for name, title in known), key=lambda one: one[1])]


def _as_csv(faults: Sequence[Fault]) -> str:
    """Every fault as CSV, in which nothing is taken for a formula."""
    lines = io.StringIO()
    writer: Any = csv.writer(lines, delimiter=";", lineterminator="\n")
    writer.writerow([_("Where"), _("Found"), _("Expected"), _("How to repair")])
    for one in faults[:MOST_LISTED]:
        writer.writerow([neutral(text) for text in (one.where, one.got, one.expected, one.repair)])
    return lines.getvalue()
