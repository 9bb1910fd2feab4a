"""Cards of the register as the command line shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from agglo.cli import show
from agglo.contract.card import ENTRIES, SECTIONS, Card, Entry, choice_label, label
from agglo.contract.language import _, ended, in_language, ngettext
from agglo.contract.numerals import day, number, scaled
from agglo.trust.register import seeking, unanswered

if TYPE_CHECKING:
    import datetime

    from agglo.trust.register.checking import Checked
    from agglo.trust.register.completeness import Score
    from agglo.trust.register.doubts import Doubt
    from agglo.trust.register.registered import Registered
    from agglo.trust.register.use import Use

Line = dict[str, Any]

_FINDINGS_SHOWN = 10


def line(one: "Registered", score: "Score", today: "datetime.date") -> Line:
    """A card in the list, as JSON."""
    said = one.card.authority
    return {
        "id": one.id, "title": one.title, "origin": one.origin, "state": said.state, "holding": said.holding,
        "theme": said.theme, "service": said.service, "declared": score.declared, "asked": score.asked,
        "review_due": said.review_due, "overdue": seeking.is_overdue(one.card, today), "published": one.latest,
        "withdrawn": one.withdrawn,
        "faults": [str(fault) for fault in one.faults],
    }  # fmt: skip


def listing(lines: Sequence[Line], total: int) -> str:
    """The list of cards as a table, or the sentence that says that there is none."""
    if not total:
        return _('No card yet. "agglo register new ID" makes one to fill.')
    if not lines:
        said = ngettext("None of the {count} card is such.", "None of the {count} cards is such.", total)
        return said.format(count=number(total))
    header = (_("card"), _("title"), _("state"), _("held"), _("complete"), _("review due"), _("published"))
    rows = [
        (one["id"], _titled(one), choice_label("state", one["state"]) or "-",
         choice_label("holding", one["holding"]) or "-", _share(one["declared"], one["asked"]), _due(one),
         _version(one))
        for one in lines
    ]  # fmt: skip
    shown = ngettext("{count} card", "{count} cards", len(lines)).format(count=number(len(lines)))
    return "\n".join([show.table(header, rows, figures=(4,), wrap=1), "", shown])


def _titled(one: Line) -> str:
    """The title of a card; that its file, or a part of it, cannot be read."""
    if not one["faults"]:
        return str(one["title"])
    if one["title"] == one["id"]:
        return _("cannot be read")
    return _("{title} (a part cannot be read)").format(title=one["title"])


def _share(declared: int, asked: int) -> str:
    return _("{share} %").format(share=number(int(100 * declared / asked) if asked else 100))


def _due(one: Line) -> str:
    if not one["review_due"]:
        return "-"
    said = _("{day}, overdue") if one["overdue"] else "{day}"
    return said.format(day=day(one["review_due"]))


def _version(one: Line) -> str:
    if one["published"]:
        return _("version {number}").format(number=one["published"])
    if one["withdrawn"]:
        return _("withdrawn")
    return _("with agglo") if one["origin"] == "programme" else "-"


def card(one: "Registered", said: "Checked", used: "Use", today: "datetime.date") -> str:
    """A card in full: what it says by section, what it does not, and how it was used."""
    parts = ["\n".join(_about(one, said, today))]
    missing = set(said.missing)
    for section, title in SECTIONS.items():
        rows = [(label(path), value) for path, value in _said(one.card, section)]
        lacking = [label(path) for path in ENTRIES if path in missing and ENTRIES[path].section == section]
        lines = [show.pairs(rows)] if rows else []
        if lacking:
            unsaid = ended(_("Not declared: {names}.").format(names=", ".join(lacking)))
            lines.append(show.paragraph(unsaid, lead="  "))
        if lines:
            parts.append("\n".join([_(title).upper(), *lines]))
    parts += _used(used)
    return "\n\n".join([*parts, "\n".join(_verdict(one, said))])


def _about(one: "Registered", said: "Checked", today: "datetime.date") -> Iterator[str]:
    withdrawn = _("withdrawn: only those who may read what is restricted see it")
    unpublished = withdrawn if one.withdrawn else _("not published")
    published = _("published: version {number}").format(number=one.latest) if one.latest else unpublished
    origin = {
        "workspace": _("Card of this workspace, {published}"),
        "programme": _("Card of the programme, {published}")
        if one.withdrawn
        else _("Card of the programme: it comes with agglo, and everybody reads it"),
        "model": _("Card of a model kept here, {published}"),
    }[one.origin]
    yield f"{one.title}  ({one.id})"
    yield origin.format(published=published)
    yield _complete(said)
    if seeking.is_overdue(one.card, today):
        yield _("Its review is overdue: it was due on {day}.").format(day=day(one.card.authority.review_due))


def _complete(said: "Checked") -> str:
    score = said.score
    text = ngettext(
        "{declared} of {asked} entry declared ({share} %)",
        "{declared} of {asked} entries declared ({share} %)",
        score.asked,
    )
    return text.format(declared=score.declared, asked=score.asked, share=number(int(100 * score.share)))


def _said(card: Card, section: str) -> Iterator[tuple[str, str]]:
    lacking = card.lacking()
    for path, one in ENTRIES.items():
        if one.section == section and path not in lacking:
            yield path, _answers(card) if one.name == "ai_act_answers" else _text(one, card.value(path))


def _answers(card: Card) -> str:
    """How many answers to the questions of the AI Act a card keeps, and of which day."""
    count, checked = len(card.authority.ai_act_answers), card.authority.ai_act_checked
    if not checked:
        return ngettext("{count} answer", "{count} answers", count).format(count=count)
    return ngettext("{count} answer, on {day}", "{count} answers, on {day}", count).format(
        count=count, day=day(checked)
    )


def _text(entry: Entry, value: Any) -> str:
    """What stands under an entry, as a line of text."""
    if isinstance(value, list):
        return " / ".join(_text(entry, each) for each in value)
    if isinstance(value, Mapping):
        return in_language(value)
    if hasattr(value, "model_dump"):
        return ", ".join(str(text) for text in value.model_dump().values() if text)
    return choice_label(entry.name, str(value)) if entry.choices else str(value)


def _used(used: "Use") -> list[str]:
    if not used.runs and not used.declared:
        return []
    rows = [(_("Runs"), number(used.runs))]
    if used.first:
        rows.append((_("From - to"), f"{day(used.first)} - {day(used.last)}"))
    if used.energy_kwh:
        rows.append((_("Electricity"), scaled(used.energy_kwh.central, "kWh")))
    if used.carbon_g:
        rows.append((_("Greenhouse gases"), scaled(used.carbon_g.central, "gCO2e")))
    rows.append((_("Footprint known"), _("of {known} runs out of {runs}").format(known=used.known, runs=used.runs)))
    return ["\n".join([_("Use in this workspace").upper(), show.pairs(rows)])]


def checked(one: "Registered", said: "Checked") -> str:
    """What there is to say of a card before it is published."""
    return "\n".join(
        [f"{one.title}  ({one.id})", *([] if said.faults else [_complete(said)]), *_verdict(one, said, full=True)]
    )


def _verdict(one: "Registered", said: "Checked", *, full: bool = False) -> Iterator[str]:
    """What is against it first, then what is missing, then what could be better."""
    if said.faults:
        nothing = one.card.lacking().issuperset(ENTRIES)
        yield _("This card cannot be read:") if nothing else _("A part of this card cannot be read:")
        yield show.notes(show.faults(said.faults))
        return
    if said.refusals:
        yield _("Against publishing it:")
        yield show.notes(_refusal(refusal) for refusal in said.refusals)
    else:
        yield _("Nothing is against publishing it.")
    if said.leaving:
        title = (
            _("Before it leaves the state of idea:")
            if one.card.authority.state == "idea"
            else _("The usefulness gate still asks:")
        )
        yield title
        yield show.notes(_asked(fault.where, fault.got, fault.repair) for fault in said.leaving)
    if full and said.missing:
        yield _("Not declared yet:")
        yield show.notes(_missing(one.card, said.missing))
    if said.findings:
        yield from _findings(said, full=full)
    if said.doubts:
        yield doubts(said.doubts)
    if full and said.similar:
        yield _("Nearest in purpose:")
        yield show.notes(_like(like.id, like.why) for like in said.similar)


def pair(name: str, said: str) -> str:
    """A name and what is said under it."""
    return _("{entry}: {said}").format(entry=name, said=said)


def _refusal(refusal: Any) -> str:
    article = f" ({refusal.article})" if refusal.article else ""
    return pair(named(refusal.field), f"{refusal.reason}{article}")


def _asked(path: str, got: str, repair: str) -> str:
    return pair(named(path), f"{got}. {repair}".rstrip())


def named(path: str) -> str:
    """What people call an entry, and where it stands in the file."""
    return f"{label(path)} ({ENTRIES[path].place})" if path in ENTRIES else label(path)


def _missing(card: Card, missing: Sequence[str]) -> Iterator[str]:
    for section, title in SECTIONS.items():
        names = [_undeclared(card, path) for path in missing if ENTRIES[path].section == section]
        if names:
            yield pair(_(title), ", ".join(names))


def _undeclared(card: Card, path: str) -> str:
    """An entry that is not declared, and what is written there that does not count, if anything is."""
    said = unanswered.written(card, path)
    told = _('["{text}" does not count]').format(text=said)
    return f"{named(path)} {told}" if said else named(path)


def _findings(said: "Checked", *, full: bool) -> Iterator[str]:
    count = len(said.findings)
    text = ngettext("{count} thing to write more plainly", "{count} things to write more plainly", count)
    yield text.format(count=count)
    if full:
        shown = said.findings[:_FINDINGS_SHOWN]
        yield show.notes(pair(named(one.path), f"{one.words}. {one.advice}") for one in shown)


def doubts(found: "Sequence[Doubt]") -> str:
    """What can hardly be right on a card, and does not keep it from being published."""
    title = _("To look at again, although it keeps nothing from being published:")
    return "\n".join([title, show.notes(pair(named(one.path), one.said) for one in found)])


def _like(id: str, why: Sequence[str]) -> str:
    return f"{id} ({', '.join(why)})" if why else id


def checked_as_json(one: "Registered", said: "Checked") -> Line:
    """A card as it was checked, as JSON."""
    return {
        "id": one.id, "title": one.title, "origin": one.origin, "state": one.card.authority.state,
        "published": one.latest, "declared": said.score.declared, "asked": said.score.asked, "missing": said.missing,
        "can_be_published": not said.blocks, "refusals": [asdict(each) for each in said.refusals],
        "faults": [fault.to_dict() for fault in said.faults],
        "usefulness": [fault.to_dict() for fault in said.leaving], "findings": [asdict(each) for each in said.findings],
        "doubts": [asdict(each) for each in said.doubts],
        "similar": [asdict(each) for each in said.similar],
    }  # fmt: skip


def use_as_json(used: "Use") -> Line:
    """Its use, as JSON."""
    return asdict(used)
