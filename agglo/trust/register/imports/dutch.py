"""Records of the Dutch register of algorithms made into cards, whatever version or vendor they are from.

Where each field goes is what ``exports/fields/dutch.yaml`` says, so that what is imported goes back under the same
name. Texts that a card holds by language go under the record's own; others are kept as they are. A fact that no entry
of a card says stands among its provenance.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from agglo.contract.card import AuthorityPart, Card, MakerPart
from agglo.contract.language import _
from agglo.trust.register.exports.fields import FieldList, is_empty
from agglo.trust.register.exports.recording import is_link, kept_line, values, with_links
from agglo.trust.register.imports import Imported
from agglo.trust.register.imports.mending import Mender, identifier, json_records, month, shown, unlike, without_html

_LISTS = ("algorithms", "algoritmes", "results", "data")
_TEXTS = ("goal", "proportionality", "human_intervention", "risks", "lawful_basis", "impacttoetsen", "source_data",
          "methods_and_models", "name", "description_short", "contact_email", "provider", "tags", "organization",
          "iama_description")  # fmt: skip
_LINKS = ("website", "url", "process_index_url", "publiccode")
_KEPT = ("organization", "url", "process_index_url", "publiccode", "source_id", "lars", "publication_dt")
"""Fields without an entry: kept among the provenance."""


def read(content: bytes) -> list[Imported]:
    """A card for each record of a JSON file: one object, a list, or an object that holds the list.

    Raises
    ------
    InvalidInput
        The file is not JSON in UTF-8, or a record is not an object: every one is named.
    """
    found: list[Imported] = []
    for record in json_records(content, _("These records of the Dutch register cannot be read."), _LISTS):
        found.append(_Record(record).imported([one.id for one in found]))
    return found


class _Record:
    """One record: its texts cleaned, its repairs gathered."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.given = record
        self.mender = Mender()
        self.known = values("dutch")
        self.fields = FieldList.read("dutch")
        self.texts = {name: self._text(name) for name in (*_TEXTS, *_LINKS)}
        self.kept: dict[str, str] = {}

    def imported(self, taken: Sequence[str]) -> Imported:
        """The card, with a name that is not taken."""
        self._not_there()
        maker, said = self._maker(), self._said()
        self._outside()
        said["provenance"] = self._provenance()
        card = Card(maker=MakerPart.model_validate(maker), authority=AuthorityPart.model_validate(said))
        return Imported(self._id(taken), card, tuple(self.mender.repairs))

    def _not_there(self) -> None:
        for field in self.fields.fields:
            if field.required and is_empty(self.given.get(field.name)):
                self.mender.told(field.name, self.given.get(field.name), why=_("required, and empty"))

    def _text(self, name: str) -> str:
        """A text without HTML, never cut."""
        value = self.given.get(name)
        if is_empty(value):
            return ""
        if isinstance(value, list | dict):
            self.mender.told(name, value, why=_("not a text; left out"))
            return ""
        text = without_html(str(value))
        if not isinstance(value, str):
            self.mender.told(name, value, text, _("not a text"))
        elif text != value.strip():
            self.mender.told(name, value, text, _("HTML taken out"))
        most = self.fields[name].most if name in self.fields.names else None
        if most is not None and len(text) > most:
            said = _("{length} characters, {most} at most; kept whole")
            self.mender.told(name, text, text, said.format(length=len(text), most=most))
        return text

    def _maker(self) -> dict[str, Any]:
        language = self._language()
        texts = {"title": "name", "purpose": "description_short", "method": "methods_and_models"}
        said: dict[str, Any] = {
            entry: {language: self.texts[name]} for entry, name in texts.items() if self.texts[name]
        }
        if self.texts["provider"].casefold() != self.known["in_house"].casefold():
            said["maker"] = self.texts["provider"]
        return said | {"techniques": self._techniques()}

    def _language(self) -> str:
        code = str(self.given.get("lang") or "").strip()
        if code and code != "nld":
            made = "nld" if code.casefold() == "nld" else ""
            self.mender.told("lang", code, made, _("none of the permitted values"))
        return str(self.known["languages"].get(code.casefold(), "nl"))

    def _techniques(self) -> list[str]:
        return list(self.known["techniques"].get(str(self.given.get("type") or "").strip().casefold(), []))

    def _said(self) -> dict[str, Any]:
        """The entries of the authority."""
        in_house = self.texts["provider"].casefold() == self.known["in_house"].casefold()
        plain = ("goal", "proportionality", "human_intervention", "contact_email")
        said: dict[str, Any] = {self.fields[name].entry.partition(".")[2]: self.texts[name] for name in plain}
        return {
            **said,
            "holding": "in-house" if in_house else "",
            "state": self._choice("status", self.known["state"]),
            "theme": self._theme(),
            "ai_act_class": self._class(),
            "since": self._month("begin_date"),
            "until": self._month("end_date"),
            "website": self._link("website"),
            "tags": [one.strip() for one in self.texts["tags"].split(",") if one.strip()],
            "legal_basis": with_links(self.texts["lawful_basis"], self._pairs("lawful_basis_grouping")),
            "sources": self._sources(),
            "risks": self.texts["risks"],
            **self._assessments(),
        }

    def _choice(self, name: str, known: Mapping[str, str]) -> str:
        """What a permitted value means for a card, however it is written; anything else is left out."""
        value = str(self.given.get(name) or "").strip()
        found = next((one for one in known if one.casefold() == value.casefold()), "")
        if value and found != self.given.get(name):
            why = _("not written as the permitted value") if found else _("none of the permitted values; left out")
            self.mender.told(name, self.given.get(name), found, why)
        return known[found] if found else ""

    def _theme(self) -> str:
        """The theme of the first area that has one; every area that is permitted is kept."""
        given = self.given.get("category") or []
        if not isinstance(given, list):
            given = [given]
            self.mender.told("category", given[0], given, _("a list is asked for"))
        areas, themes = [], []
        for one in given:
            said = str(one).strip().casefold()
            found = next((area for area in self.known["category"] if area.casefold() == said), "")
            if not found:
                self.mender.told("category", one, kept_line(self.known["register"], "area", str(one)),
                                 _("none of the permitted values; kept among the provenance"))  # fmt: skip
                self.kept["area"] = "; ".join(part for part in (self.kept.get("area", ""), str(one)) if part)
                continue
            areas.append(found)
            themes.append(self.known["category"][found])
        self.kept["category"] = "; ".join(areas)
        return next((theme for theme in themes if theme), "")

    def _class(self) -> str:
        published = self.known["publication"]
        found = self._choice("publication_category", {name: name for name in published.values()})
        self.kept["publication_category"] = found
        return "high-risk" if found == published["high-risk"] else ""

    def _month(self, name: str) -> str:
        value = str(self.given.get(name) or "").strip()
        made = month(value, self.known["months"])
        if value and made != value:
            why = _("written otherwise") if made else _("no month is said: kept among the provenance, not completed")
            self.mender.told(name, value, made, why)
        if value and not made:
            self.kept[name] = value
        return made

    def _link(self, name: str) -> str:
        """A field that holds a link; a text that is none is kept among the provenance."""
        text = self.texts[name]
        if not text or is_link(text):
            return text
        self.mender.told(name, text, why=_("not a link; kept among the provenance"))
        self.kept[name] = text
        return ""

    def _pairs(self, name: str) -> list[tuple[str, str]]:
        """Titles and links of a list; swapped ones put right, empty ones left out, what is no link kept as a text."""
        pairs = []
        given = self.given.get(name) or []
        for one in given if isinstance(given, list) else [given]:
            title, link = self._pair(name, one)
            if title or link:
                pairs.append((title, link))
        return pairs

    def _pair(self, name: str, one: object) -> tuple[str, str]:
        if not isinstance(one, dict):
            self.mender.told(name, one, why=_("not a title and a link; kept as a title"))
            return without_html(str(one)), ""
        raw_title, raw_link = str(one.get("title") or ""), str(one.get("link") or "")
        title, link = " ".join(without_html(raw_title).split()), without_html(raw_link)
        if is_link(title) and not is_link(link):
            self.mender.told(name, one, f"{link}: {title}", _("title and link swapped"))
            title, link = link, title
        elif not title and not link:
            self.mender.told(name, one, why=_("empty; left out"))
        elif link and not is_link(link):
            self.mender.told(name, one, f"{title} ({link})", _("not a link; kept as a text"))
            return f"{title} ({link})" if title else link, ""
        elif not link and self.known["groupings"][name]["required"]:
            self.mender.told(name, one, title, _("without a link; kept as a text"))
        elif (title, link) != (raw_title, raw_link):
            self.mender.told(name, one, {"title": title, "link": link}, _("spaces around it"))
        return title, link

    def _sources(self) -> list[dict[str, str]]:
        """The text on data as one source, then one for each link."""
        pairs = self._pairs("source_data_grouping")
        extra = str(self.given.get("source_data_link") or "").strip()
        if extra and extra not in (link for _title, link in pairs):
            pairs.append((extra, extra))
        found = [{"what": self.texts["source_data"]}] if self.texts["source_data"] else []
        return found + [{"what": title, "source": link} for title, link in pairs]

    def _assessments(self) -> dict[str, str]:
        """Each assessment under the entry that its words tell; one of neither kind is a measure against risks."""
        texts: dict[str, list[str]] = {"impact_assessment": [], "data_protection_assessment": [], "mitigations": []}
        for text in (self.texts["impacttoetsen"], self.texts["iama_description"]):
            if text:
                texts[self._kind(text, "data_protection_assessment")].append(text)
        for title, link in self._pairs("impacttoetsen_grouping"):
            texts[self._kind(title, "mitigations")].append(with_links("", [(title, link)]))
        return {entry: "\n".join(lines) for entry, lines in texts.items()}

    def _kind(self, text: str, otherwise: str) -> str:
        said = text.casefold()
        if any(word in said for word in self.known["fundamental_rights"]):
            return "impact_assessment"
        found = any(word in said for word in self.known["data_protection"])
        return "data_protection_assessment" if found else otherwise

    def _provenance(self) -> list[str]:
        for name in _KEPT:
            value = self._link(name) if name in _LINKS else str(self.given.get(name) or "").strip()
            if value:
                self.kept[name] = without_html(value)
        return [kept_line(self.known["register"], name, value) for name, value in self.kept.items() if value]

    def _outside(self) -> None:
        """Keys that are none of the standard's: all told, and what they say kept where it can be."""
        for name, value in self.given.items():
            if name in self.fields.names:
                continue
            if is_empty(value):
                self.mender.told(name, value, why=_("not a field of standard 1.0, and empty"))
                continue
            made = self._made(name, value)
            if made:
                self.mender.told(name, value, made, _("not a field of standard 1.0"))
            else:
                self.mender.told(name, value, why=_("not a field of standard 1.0; kept among the provenance"))
                self.kept[name] = without_html(shown(value))

    def _made(self, name: str, value: object) -> str:
        """What is made of a key outside the standard; empty where nothing is."""
        if name == "type":
            return ", ".join(self._techniques())
        if name == "id":
            return _("identifier of the card")
        return str(value) if name in ("iama_description", "source_data_link") else ""

    def _id(self, taken: Sequence[str]) -> str:
        """From ``id``, ``source_id``, ``lars``, else the name; unlike those before it in the file."""
        given = next((str(self.given[key]) for key in ("id", "source_id", "lars", "name") if self.given.get(key)), "")
        wanted = identifier(given) or "record"
        found = unlike(wanted, taken)
        if found != given.strip():
            why = _("made from what the record says") if found == wanted else _("an identifier stands once in a file")
            self.mender.told("id", given, found, why)
        return found
