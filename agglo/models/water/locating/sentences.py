"""What the row of a leak says, in French and in English whatever the language in force, so that it always compares."""

from collections.abc import Iterator, Mapping

from agglo.contract import numerals
from agglo.contract.language import LANGUAGES, Text, speaking
from agglo.models.water.locating.leak import Leak
from agglo.models.water.locating.setting import Setting
from agglo.models.water.watching.evidence import Rules
from agglo.models.water.watching.found import cost

_PLACES: Mapping[str, Text] = {
    "told": {
        "fr": "Conduite {pipe} : {share} de chances que la fuite soit à moins de {reach} m de là.",
        "en": "Pipe {pipe}: {share} likely that the leak is within {reach} m of it.",
    },
    "unsure": {
        "fr": "Lieu incertain : la conduite {pipe} est la moins improbable ({share} à moins de {reach} m).",
        "en": "Place not sure: pipe {pipe} is the least unlikely ({share} within {reach} m).",
    },
    "given": {"fr": "Conduite {pipe}, d'après vos décisions.", "en": "Pipe {pipe}, by your decisions."},
    "sensor": {
        "fr": "Conduite inconnue, faute de recherche sur le modèle ; capteur le plus proche : {sensor}.",
        "en": "Pipe not known, without a search on the model; nearest sensor: {sensor}.",
    },
    "sector": {
        "fr": "Conduite inconnue, faute de recherche sur le modèle ; aucun capteur de pression ne la montre.",
        "en": "Pipe not known, without a search on the model; no pressure sensor shows it.",
    },
}
_SECTOR: Text = {"fr": "Secteur {sector}.", "en": "Sector {sector}."}
_NEAR: Text = {"fr": "Capteur le plus proche : {sensor}, à {away} m.", "en": "Nearest sensor: {sensor}, {away} m away."}
_FLOWS: Mapping[str, Text] = {
    "": {"fr": "Débit inconnu.", "en": "Its flow is not known."},
    "modelled": {
        "fr": "Environ {flow} m³/h (intervalle à 95 % : {low} à {high}), soit {euros} € par jour.",
        "en": "About {flow} m³/h (95 % interval: {low} to {high}): {euros} EUR a day.",
    },
    "measured": {
        "fr": "{flow} m³/h d'après vos décisions, soit {euros} € par jour.",
        "en": "{flow} m³/h by your decisions: {euros} EUR a day.",
    },
}
_WAITING: Text = {
    "fr": "Au-delà de {days} jours, attendre coûte plus qu'une visite.",
    "en": "After {days} days, waiting costs more than a visit.",
}
_STATES: Mapping[str, Text] = {
    "open": {"fr": "À vérifier.", "en": "To be checked."},
    "confirmed": {"fr": "Confirmée.", "en": "Confirmed."},
    "repaired": {"fr": "Réparée.", "en": "Repaired."},
    "false": {"fr": "Fausse alarme.", "en": "A false alarm."},
    "ended": {"fr": "Terminée d'elle-même.", "en": "Over by itself."},
    "not-back": {"fr": "Réparée, mais pas revenue à la normale.", "en": "Repaired, but not back to normal."},
}
_NARROW, _WIDE = "\u202f", "\u00a0"


def sentences(leak: Leak, setting: Setting) -> dict[str, str]:
    """The sentences of a leak by language."""
    return {code: _written(leak, setting, code) for code in LANGUAGES}


def _written(leak: Leak, setting: Setting, code: str) -> str:
    with speaking(code):
        texts = [
            text[code].format_map({**_place_words(leak, setting), **_money_words(leak, setting.rules)})
            for text in _parts(leak, setting)
        ]
    return _spaced(" ".join(texts)) if code == "fr" else " ".join(texts)


def _parts(leak: Leak, setting: Setting) -> Iterator[Text]:
    yield _PLACES[_place_of(leak, setting)]
    if leak.sector:
        yield _SECTOR
    if leak.sensor and leak.sensor_distance_m is not None:
        yield _NEAR
    yield _FLOWS[leak.quality if leak.flow else ""]
    if leak.flowing and leak.flow and leak.flow[0] > 0:
        yield _WAITING
    yield _STATES[leak.state]


def _place_of(leak: Leak, setting: Setting) -> str:
    if leak.pipe:
        if leak.probability is None:
            return "given"
        return "told" if leak.told(setting.least) else "unsure"
    return "sensor" if leak.sensor else "sector"


def _place_words(leak: Leak, setting: Setting) -> dict[str, str]:
    share = 0.0 if leak.probability is None else 100 * leak.probability
    return {
        "pipe": leak.pipe,
        "sensor": leak.sensor,
        "sector": setting.title_of(leak.sector),
        "share": numerals.quantity(share, "%"),
        "reach": numerals.number(setting.reach_m),
        "away": numerals.number(leak.sensor_distance_m or 0.0),
    }


def _money_words(leak: Leak, rules: Rules) -> dict[str, str]:
    flow = leak.flow or (0.0, 0.0, 0.0)
    (euros, _low, _high), days = cost(flow, rules)
    return {
        **dict(zip(("flow", "low", "high"), (numerals.number(one, 1) for one in flow), strict=True)),
        "euros": numerals.number(euros or 0.0),
        "days": numerals.number(days or 0.0, 1),
    }


def _spaced(text: str) -> str:
    """French spaces before the signs that take one."""
    for sign, space in ((":", _WIDE), ("%", _WIDE), ("€", _WIDE), (";", _NARROW)):
        text = text.replace(f" {sign}", f"{space}{sign}")
    return text
