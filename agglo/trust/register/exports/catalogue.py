"""Cards as datasets of the French schema of data catalogues (0.3.0): a CSV that a data officer adds to the catalogue.

One row a card, whose public record is a dataset (CSV and JSON, as this register exports it); where several cards are
exported, a first row for the register as a whole: its direction is every direction named on the cards, its contact the
authority's. The document is French. Separator ``,`` and UTF-8 without mark, as the example of the schema.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterator, Sequence

from agglo.contract.card.entries import choice_label
from agglo.contract.formulas import neutral
from agglo.contract.language import N_, _, speaking
from agglo.territory.codes import is_luhn
from agglo.trust.register.exports.fields import FieldList
from agglo.trust.register.exports.saying import said, text
from agglo.trust.register.exports.target import Exported, Lack, Subject, Target

LANGUAGE = "fr"
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\".]+")


def record(subject: Subject) -> dict[str, str]:
    """The row of a card."""
    words, card = FieldList.read("catalogue").words, subject.card
    title = text(card, "maker.title", LANGUAGE)
    contact = _email(text(card, "authority.contact", LANGUAGE))
    return {
        **_common(subject),
        "titre": words["card"]["titre"].format(titre=title) if title else "",
        "description": text(card, "maker.purpose", LANGUAGE),
        "mots_cles": _keywords([subject]),
        "service": text(card, "authority.service", LANGUAGE),
        "contact_service": contact,
        "contact_personne": contact or _email(subject.authority.contact),
        "date_maj": text(card, "authority.updated", LANGUAGE),
        "url": subject.page or text(card, "authority.website", LANGUAGE),
    }


def register(subjects: Sequence[Subject]) -> dict[str, str]:
    """The row of the register as a whole."""
    words, first = FieldList.read("catalogue").words["register"], subjects[0]
    services = dict.fromkeys(text(one.card, "authority.service", LANGUAGE) for one in subjects)
    return {
        **_common(first),
        "titre": words["titre"].format(orga=first.authority.name),
        "description": words["description"].format(count=len(subjects)),
        "mots_cles": _keywords(subjects),
        "service": ", ".join(filter(None, services)),
        "contact_personne": _email(first.authority.contact) or _email(first.authority.requests),
        "date_maj": max(text(one.card, "authority.updated", LANGUAGE) for one in subjects),
        "url": first.page.rpartition("/")[0] or first.authority.website,
    }


def _common(subject: Subject) -> dict[str, str]:
    fields, whose = FieldList.read("catalogue"), subject.authority
    empty = dict.fromkeys(fields.names, "")
    constant = {name: fields.words["common"][name] for name in ("si", "format")}
    return {**empty, **constant, "nom_orga": whose.name, "siret_orga": _digits(whose.siret), "couv_geo": whose.name}


def _keywords(subjects: Sequence[Subject]) -> str:
    """Tags and themes, cut by commas; nothing where the cards say neither."""
    found: list[str] = []
    for one in subjects:
        found += [str(tag).replace(",", " ").strip() for tag in said(one.card, "authority.tags") or ()]
        if theme := said(one.card, "authority.theme"):
            with speaking(LANGUAGE):
                found.append(choice_label("theme", theme))
    common = FieldList.read("catalogue").words["common"]["mots_cles"]
    return ",".join(dict.fromkeys(filter(None, [common, *found]))) if any(found) else ""


def _email(contact: str) -> str:
    """The first e-mail address of a contact."""
    found = _EMAIL.search(contact)
    return found[0] if found else ""


def _digits(number: str) -> str:
    return "".join(number.split())


def _faults(row: dict[str, str]) -> Iterator[str]:
    yield from FieldList.read("catalogue").wrong(row)
    siret = row["siret_orga"]
    if re.fullmatch("[0-9]{14}", siret) and not is_luhn(siret):
        yield _('siret_orga: "{value}" is no SIRET number: its check digit is wrong.').format(value=siret)


def _lacks(rows: Sequence[dict[str, str]], whole: Sequence[dict[str, str]]) -> Sequence[Lack]:
    """What the rows of cards lack, then what the row of the register lacks of its own."""
    fields = FieldList.read("catalogue")
    found = [lack for row in rows for lack in fields.lacks(row)]
    for lack in (one for row in whole for one in fields.lacks(row) if one.target_field == "contact_personne"):
        why = _("Of the register as a whole: an e-mail address in governance/authority.yaml, contact.")
        found.append(Lack(lack.target_field, "", why, lack.required))
    return tuple(dict.fromkeys(found))


def _export(subjects: Sequence[Subject], *, today: datetime.date) -> Exported:  # noqa: ARG001
    names = FieldList.read("catalogue").names
    whole = [register(subjects)] if len(subjects) > 1 else []
    own = [record(one) for one in subjects]
    rows = [*whole, *own]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([neutral(row[name]) for name in names] for row in rows)
    faults = dict.fromkeys(fault for row in rows for fault in _faults(row))
    return Exported(table.getvalue().encode(), _lacks(own, whole), tuple(faults))


TARGETS = (
    Target(
        "catalogue",
        N_("French data catalogue"),
        N_("Rows for the data catalogue of the authority: the register, and the public record of each algorithm."),
        N_("Schema catalogue-donnees 0.3.0, github.com/etalab/schema-catalogue-donnees, read 2026-11-24."),
        "text/csv",
        "csv",
        _export,
    ),
)
