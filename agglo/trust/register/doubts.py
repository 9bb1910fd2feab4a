"""What a card declares that can hardly be right: shown to those who keep the register, and never in the way.

Pure functions of card and day. What is not declared is no doubt but missing (:meth:`Card.missing`); what a rule forbids
is refused (:mod:`agglo.contract.card.gate`).
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agglo.contract import numerals
from agglo.contract.card import ENTRIES, Card, choice_label
from agglo.contract.card.substance import texts
from agglo.contract.errors import InvalidInput
from agglo.contract.language import _
from agglo.trust.register.stems import folded

LONGEST_REVIEW_YEARS = 5
"""A review that is due later than so many years from now is one nobody holds; our own choice."""
PLAIN_WORDS = (20, 200)
"""Words that plain words have at least and at most: five short sentences, with room; our own choice."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_HTTPS = re.compile(r"https://[\w-]+(?:\.[\w-]+)+")
_WEB = re.compile(r"https?://[\w-]+(?:\.[\w-]+)*(?::\d+)?(?:[/?#]\S*)?")
_TELEPHONE = re.compile(r"(?<![\w.])\+?\d[\d\s().\u2011-]{6,}\d(?![\w.])")
_SHORT_TELEPHONE = re.compile(r"\+?[\d\s().-]+")
_LEAST_DIGITS = 2

_OFFICES = frozenset(
    word
    for line in """
    accueil action administration agence agglo aide aides archives assistance assainissement bibliotheque bonjour
    bureau cabinet centre citoyen civil communication comptabilite conseil contact contacts courrier culture data
    dechets dechetterie delegue demarches dev developpement direction doc documents donnees dpd dpo dsi eau eaux ecole
    ecoles economie education emploi energie enfance environnement equipe espace etat events facturation finances
    formation france gestion guichet habitants habitat hello help helpdesk hotline infos info informatique inscription
    inscriptions jeunesse juridique list logement mail mailbox mairie maison marches mediation mediateur mobilite mobile
    no noreply numerique office patrimoine permanence petite plateforme point pole prefecture presse privacy projet
    projets protection public publics reclamation reclamations registre relation relations reply reponse ressources rgpd
    rh sales sante scolaire secretariat securite service services site social sports standard support team technique
    territoire tourisme transport transports tri urbanisme usager usagers vie ville voirie water webmaster welcome
    """.splitlines()
    for word in line.split()
)
"""Words of shared mailboxes (``petite.enfance@``, ``service.eau@``): with one of them it is not a person's."""

_PEOPLE_WORDS = (
    r"(?:abonnes?|adherents?|agents?|allocataires?|beneficiaires?|clients?|demandeurs?|eleves?|enfants?|familles?|"
    r"foyers?|habitants?|locataires?|parents?|patients?|personnes?|proprietaires?|usagers?)"
)
_ENGLISH_PEOPLE = r"(?:customers?|families|parents?|patients?|people|persons?|pupils?|residents?|subscribers?|tenants?)"
_PERSONAL = re.compile(
    r"\b(?:nominati(?:f|fs|ve|ves)|prenoms?|courriels?|e-?mails?|dates? de naissance|"
    rf"(?:noms?|adresses?) (?:des? |du |d'|de la |de l'|de chaque ){_PEOPLE_WORDS}|"
    r"noms?(?:,? et |, )adresses?|adresses?(?:,? et |, )noms?|"
    r"adresses? (?:electroniques?|mails?|postales?|personnelles?)|"
    rf"(?:names?|(?:home |postal )?address(?:es)?) of (?:the )?{_ENGLISH_PEOPLE}|{_ENGLISH_PEOPLE}'?s?'? names?|"
    r"first names?|surnames?|names?(?:,? and |, )addresses|(?:home|postal) address(?:es)?|dates? of birth)\b"
)
_DENIED = re.compile(
    r"\b(?:aucune?|sans|ni|non|pas|jamais|no|not|without|never|none|nor|anonym\w*|retires?|effacee?s?|removed|erased)\b"
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that can hardly be right: the entry of the card (``authority.contact``), and what to look at there."""

    path: str
    said: str


def of(card: Card, today: datetime.date) -> list[Doubt]:
    """Every doubt about a card as it stands on a day, in the order of its entries."""
    found = [*_ai_act(card), *_contacts(card), *_life(card, today), *_plain_text(card), *_personal_data(card)]
    order = list(ENTRIES)
    return sorted(found, key=lambda one: order.index(one.path))


# ------------------------------------------------------------------------------------------------------------- AI Act


def _ai_act(card: Card) -> Iterator[Doubt]:
    said = card.authority
    if said.ai_act_class and not said.ai_act_answers:
        yield Doubt("authority.ai_act_answers", _("A class is declared, and no question was answered: answer the "
                                                  "questions of the AI Act."))  # fmt: skip
    if said.ai_act_answers:
        yield from _answered(card)
    made = {"generative", "learning"} & set(card.maker.techniques)
    if made and said.public_facing == "yes" and said.ai_act_class in ("minimal", "outside"):
        yield Doubt("authority.ai_act_class", _("Residents meet a system that learns or generates: transparency "
                                                "obligations probably apply (article 50)."))  # fmt: skip
    if said.individual_decisions == "yes" and not said.ai_act_class:
        yield Doubt("authority.ai_act_class", _("It is used to decide about people, and no class is declared."))


def _answered(card: Card) -> Iterator[Doubt]:
    """Doubts about the answers that were kept: they no longer fit, stop on the way, or lead to another class."""
    from agglo.trust.register.ai_act import tree, walk

    said = card.authority
    try:
        found = walk.step(tree.load(), said.ai_act_answers)
    except InvalidInput:
        yield Doubt("authority.ai_act_answers", _("The answers no longer fit the questions: answer them again."))
        return
    if not isinstance(found, walk.Conclusion):
        yield Doubt("authority.ai_act_answers", _("The answers stop on the way: answer the questions that are left."))
    elif said.ai_act_class and found.ai_act_class != said.ai_act_class:
        told = _('The answers lead to another class: "{found}", where "{declared}" is declared.')
        classes = {
            name: choice_label("ai_act_class", one)
            for name, one in (("found", found.ai_act_class), ("declared", said.ai_act_class))
        }
        yield Doubt("authority.ai_act_class", told.format(**classes))


# ---------------------------------------------------------------------------------------------------------- addresses


def _contacts(card: Card) -> Iterator[Doubt]:
    lacking = card.lacking()
    for path in ("maker.contact", "authority.contact"):
        if path not in lacking and not _is_contact(card.value(path)):
            yield Doubt(path, _("Neither an e-mail address, nor an address that begins with https://, nor a telephone "
                                "number."))  # fmt: skip
    for path in ("maker.website", "authority.website"):
        if path not in lacking and not _WEB.fullmatch(card.value(path).strip()):
            yield Doubt(path, _("Not the address of a page: it begins with https:// or http://."))
    telephone = "authority.human_telephone"
    if telephone not in lacking and sum(one.isdigit() for one in card.authority.human_telephone) < _LEAST_DIGITS:
        yield Doubt(telephone, _("Not a telephone number."))
    for path in ENTRIES:
        persons = [one for text in texts(card.value(path)) for one in _EMAIL.findall(text) if is_of_a_person(one)]
        if persons:
            told = _("{address} looks like the address of a person: write that of a service.")
            yield Doubt(path, told.format(address=persons[0]))


def _is_contact(text: str) -> bool:
    """Whether somebody can be written to or called there."""
    text = text.strip()
    if _EMAIL.search(text) or _HTTPS.search(text) or _TELEPHONE.search(text):
        return True
    return bool(_SHORT_TELEPHONE.fullmatch(text)) and sum(one.isdigit() for one in text) >= _LEAST_DIGITS


def is_of_a_person(address: str) -> bool:
    """Whether an e-mail address looks like that of a person: two words of letters, or an initial and a word.

    >>> is_of_a_person("anne.martin@agglo.example"), is_of_a_person("a.martin@agglo.example")
    (True, True)
    >>> is_of_a_person("service.eau@agglo.example"), is_of_a_person("eau@agglo.example")
    (False, False)
    """
    words = folded(address.partition("@")[0]).lower().split(".")
    if len(words) != 2 or not all(re.fullmatch(r"[a-z]+(?:-[a-z]+)*", word) for word in words):
        return False
    return not _OFFICES & {part for word in words for part in word.split("-")}


# --------------------------------------------------------------------------------------------------------------- life


def _life(card: Card, today: datetime.date) -> Iterator[Doubt]:
    said, month = card.authority, f"{today:%Y-%m}"
    if said.since > month:
        yield Doubt("authority.since", _("In use since a month that is still to come."))
    elif said.since and said.state in ("idea", "project"):
        told = _('A month is given since which it is in use, but its state is "{state}".')
        yield Doubt("authority.state", told.format(state=choice_label("state", said.state)))
    if said.since and said.until and said.until < said.since:
        yield Doubt("authority.until", _("It ends before it begins."))
    if said.review_due and said.review_due > _years_ahead(today, LONGEST_REVIEW_YEARS):
        told = _("The review is due in more than {years} years: choose a nearer day.")
        yield Doubt("authority.review_due", told.format(years=numerals.number(LONGEST_REVIEW_YEARS)))
    if said.state == "in-use" and said.holding == "none":
        yield Doubt("authority.holding", _("It is in use, and no system is said to be held."))


def _years_ahead(today: datetime.date, years: int) -> str:
    return f"{today.year + years}-{today:%m-%d}"


# -------------------------------------------------------------------------------------------------------- plain words


def _plain_text(card: Card) -> Iterator[Doubt]:
    if "authority.plain_text" in card.lacking():
        return
    least, most = PLAIN_WORDS
    counts = [len(text.split()) for text in card.authority.plain_text.values() if text.strip()]
    if any(count < least for count in counts):
        told = _("Fewer than {least} words: too few to tell a resident what it does, and where to turn.")
        yield Doubt("authority.plain_text", told.format(least=numerals.number(least)))
    if any(count > most for count in counts):
        told = _("More than {most} words: nobody reads that much. Five short sentences do.")
        yield Doubt("authority.plain_text", told.format(most=numerals.number(most)))


# ------------------------------------------------------------------------------------------------------ personal data


def _personal_data(card: Card) -> Iterator[Doubt]:
    said = card.authority
    if said.personal_data != "none":
        return
    told = _('No personal data are declared, and "{words}" stands there.')
    for path, values in (
        ("authority.people_concerned", [said.people_concerned]),
        ("authority.sources", [one.what for one in said.sources]),
    ):
        if found := next(filter(None, map(_personal, values)), ""):
            yield Doubt(path, told.format(words=found))


def _personal(text: str) -> str:
    """The first words of a text that say that it is about data of people; none where the sentence denies them."""
    for sentence in re.split(r"[.;:!?\n]", text):
        plain = folded(sentence).lower()
        found = _PERSONAL.search(plain)
        if found and not _DENIED.search(plain):
            return sentence[found.start() : found.end()] if len(plain) == len(sentence) else found[0]
    return ""
