"""Cards that tests write into the register of a workspace."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from agglo.store.workspace import Workspace
from agglo.trust.access.people import operator
from agglo.trust.register import publishing

LEAKS: Mapping[str, Any] = {
    "state": "in-use",
    "holding": "bought",
    "service": "Direction de l'eau",
    "owner": "Responsable du réseau d'eau",
    "contact": "eau@agglo.example",
    "theme": "water",
    "since": "2024-03",
    "review_due": "2027-06-30",
    "need": "Les fuites sont trouvées trop tard, quand les caves sont déjà sous l'eau.",
    "personal_data": "none",
    "public_facing": "no",
    "individual_decisions": "no",
    "ai_act_class": "minimal",
    "sources": [
        {"what": "Débits nocturnes par secteur", "source": "Compteurs de secteur", "collected": "Toutes les heures"}
    ],
    "maker": {
        "title": {"fr": "Repérage des fuites d'eau", "en": "Leak finder"},
        "purpose": {"fr": "Repérer les fuites du réseau d'eau.", "en": "To find leaks of the water network."},
        "techniques": ["statistics", "learning"],
        "maker": "Société des eaux",
        "licence": "Propriétaire",
        "limits": [{"fr": "Ne voit pas les petites fuites.", "en": "Does not see small leaks."}],
    },
}
"""A system in use that residents do not meet; nothing stands against publishing it."""

DOOR: Mapping[str, Any] = {
    **LEAKS,
    "public_facing": "yes",
    "contact": "accueil@agglo.example",
    "plain_text": {"en": "This assistant answers questions about waste.\nIt may be wrong."},
    "human_channel": "Town hall, ground floor",
    "human_hours": "Monday to Friday, 9 am to 5 pm",
    "human_telephone": "01 00 00 00 00",
    "left_out": "Whoever does not read French.",
    "maker": {"title": {"fr": "Assistant des déchets", "en": "Waste assistant"}},
}
"""A system that residents meet, on which much is not answered."""


def write(workspace: Workspace, id: str, content: Mapping[str, Any] = LEAKS, **changed: Any) -> Path:
    """A card in hand."""
    path = workspace.register / f"{id}.yaml"
    path.write_text(yaml.safe_dump({**content, **changed}, allow_unicode=True), encoding="utf-8")
    return path


def publish(workspace: Workspace, id: str, content: Mapping[str, Any] = LEAKS, **changed: Any) -> None:
    """A card in hand, and its publication."""
    write(workspace, id, content, **changed)
    publishing.publish(workspace, operator(workspace), id, why="First version")
