"""The French inventory of algorithms (CRPA, article L.312-1-3), as a table that a spreadsheet opens.

One line an algorithm; columns are the information that Etalab advises (``fields/crpa.yaml``) and three of our own
(identifier, state, whether it is used to decide about somebody), with which the file can be read back. The document is
French whatever the language in force, as the law it serves is. It is written as spreadsheets set to French open it:
separator ``;``, UTF-8 with a byte order mark, lines ended by CRLF.

Several sources of data stand in one cell, cut by `` | ``, in the same order in the three columns about data: Etalab
asks for them source by source, and a table keeps the same columns whatever their number. A vertical bar within a text
is written as a slash.
"""

import csv
import datetime
import io
from collections.abc import Callable, Mapping, Sequence

from agglo.contract.card import Card
from agglo.contract.formulas import neutral
from agglo.contract.language import N_
from agglo.trust.register.exports.fields import FieldList
from agglo.trust.register.exports.saying import said, text
from agglo.trust.register.exports.target import Exported, Lack, Subject, Target

LANGUAGE = "fr"
SEPARATOR = ";"
BETWEEN = " | "
"""Between several values of one cell."""
_WORDED = {
    "Niveau d'automatisation": "automation",
    "Portée": "reach",
    "État": "state",
    "Décision individuelle": "individual_decisions",
}
_SOURCES = {"Données traitées": "what", "Source des données": "source", "Mode de collecte": "collected"}
_BESIDES: Mapping[str, Callable[[Subject], str]] = {
    "Administration": lambda one: one.authority.name,
    "Ressources sur l'impact": lambda one: one.page,
    "Identifiant": lambda one: one.id,
}


def record(subject: Subject) -> dict[str, object]:
    """The line of one algorithm, by column."""
    fields, card = FieldList.read("crpa"), subject.card
    found: dict[str, object] = {}
    for one in fields.fields:
        if one.name in _BESIDES:
            found[one.name] = _BESIDES[one.name](subject)
        elif one.name in _WORDED:
            name = _WORDED[one.name]
            found[one.name] = fields.words[name].get(str(said(card, one.entry)), "")
        elif one.name in _SOURCES:
            found[one.name] = _joined([getattr(source, _SOURCES[one.name]) for source in _sources(card)])
        elif one.name == "Type d'algorithme":
            found[one.name] = _joined([fields.words["techniques"][each] for each in said(card, one.entry)])
        elif one.entry == "maker.references":
            found[one.name] = _joined(list(said(card, one.entry)))
        else:
            found[one.name] = text(card, one.entry, LANGUAGE)
    return found


def applies(card: Card) -> bool:
    """Whether the inventory is about it: in use, and individual decisions rest on it (article L.312-1-3)."""
    ours = card.authority
    return ours.state == "in-use" and ours.holding != "none" and ours.individual_decisions == "yes"


def _asked(lack: Lack, subject: Subject) -> bool:
    """Whether something may be missed: not how many decisions a year, where none is about anybody."""
    counted = lack.entry == "authority.decisions_per_year"
    return not (counted and subject.card.authority.individual_decisions == "no")


def _sources(card: Card) -> Sequence[object]:
    return list(said(card, "authority.sources"))


def _joined(texts: Sequence[str]) -> str:
    """Several texts in one cell, in order, an empty one where nothing is said; nothing if none says anything."""
    clean = [one.replace("|", "/").strip() for one in texts]
    return BETWEEN.join(clean) if any(clean) else ""


def _export(subjects: Sequence[Subject], *, today: datetime.date) -> Exported:  # noqa: ARG001
    fields = FieldList.read("crpa")
    records = [record(one) for one in subjects]
    table = io.StringIO()
    writer = csv.writer(table, delimiter=SEPARATOR, lineterminator="\r\n")
    writer.writerow(fields.names)
    writer.writerows([neutral(str(one[name])) for name in fields.names] for one in records)
    lacks = dict.fromkeys(
        lack for one, line in zip(subjects, records, strict=True) for lack in fields.lacks(line) if _asked(lack, one)
    )
    faults = [fault for one in records for fault in fields.wrong(one)]
    return Exported(("\ufeff" + table.getvalue()).encode(), tuple(lacks), tuple(dict.fromkeys(faults)))


TARGETS = (
    Target(
        "crpa",
        N_("French inventory of algorithms"),
        N_("Table of the algorithms that decisions about people or businesses rest on; authorities must publish it."),
        N_("CRPA (code of relations between the public and the administration), article L.312-1-3; fields advised by "
           "Etalab, guides.etalab.gouv.fr/algorithmes/inventaire, 2021-02-11, read 2026-11-24. No schema exists."),
        "text/csv",
        "csv",
        _export,
        applies=applies,
    ),
)  # fmt: skip
