"""The public card of an algorithm: what its maker knows, and what the authority that uses it declares.

One schema, two files. ``card.yaml`` lies beside a model (``cards/ID.yaml`` where a folder holds several models);
``register/ID.yaml`` lies in the workspace. Empty means "not declared", and a run is a draft as long as anything that is
asked of its model's card is not declared.
"""

from agglo.contract.card.card import ENTRIES, HALVES, Card, Entry, label
from agglo.contract.card.entries import SECTIONS, choice_label
from agglo.contract.card.parts import AuthorityPart, Custody, MakerPart, Similar, Source
from agglo.contract.card.reading import CARD_FILE, CARDS_FOLDER, of, parse, read, with_maker

__all__ = [
    "CARDS_FOLDER",
    "CARD_FILE",
    "ENTRIES",
    "HALVES",
    "SECTIONS",
    "AuthorityPart",
    "Card",
    "Custody",
    "Entry",
    "MakerPart",
    "Similar",
    "Source",
    "choice_label",
    "label",
    "of",
    "parse",
    "read",
    "with_maker",
]
