"""A workspace with nothing in its register, and people who may more or less."""

from pathlib import Path
from typing import Any

import pytest

from agglo.contract import card as cards
from agglo.contract.card import Card
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access import people
from agglo.trust.access.people import PUBLIC, Person

__all__ = ["CONTRIBUTOR", "PUBLIC", "STEWARD", "card_of"]

STEWARD = Person("sue", "steward")
CONTRIBUTOR = Person("ann", "contributor")

IDEA: dict[str, Any] = {
    "maker": {"title": {"en": "Leak finder"}, "purpose": {"en": "To find leaks of drinking water sooner."}},
    "state": "idea",
    "holding": "none",
    "service": "Water",
    "contact": "water@agglo.example",
    "theme": "water",
}
USEFUL: dict[str, Any] = {
    "need": "Leaks are found when the street is flooded.",
    "consulted": ["The crews, on 3 May 2026: they want it"],
    "benefit_measure": "Water lost: 12 % in 2025, 9 % in 2028",
    "simple_baseline": "The night flow of last year",
    "alternative": "Listening rods, too slow for 800 km",
}


def card_of(**told: Any) -> Card:
    """An idea that could be published, with other entries of the authority, or of the maker under ``maker``."""
    maker = {**IDEA["maker"], **told.pop("maker", {})}
    return cards.parse({**IDEA, **told, "maker": maker}, "card.yaml")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def operator(workspace: Workspace) -> Person:
    return people.operator(workspace)
