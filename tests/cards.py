"""Cards as tests need them: whole ones, whose every asked entry says something."""

from typing import Any

MAKER: dict[str, Any] = {
    "title": {"en": "Level of the lake", "fr": "Niveau du lac"},
    "purpose": {"en": "To say how much water the lake holds.", "fr": "Dire combien d'eau le lac contient."},
    "method": {"en": "Area times depth, gauge by gauge.", "fr": "Surface par profondeur."},
    "techniques": ["simulation"],
    "references": ["doi:10.0000/lake"],
    "data": ["Gauges of the lake"],
    "limits": [{"en": "Evaporation is left out."}],
    "performance": "Within 10 % of soundings",
    "maker": "Acme",
    "licence": "EUPL-1.2",
    "custody": "source",
    "hosting_country": "France",
    "applicable_law": "French law",
    "subcontractors": "None",
    "reversibility": "The code is open.",
}
AUTHORITY: dict[str, Any] = {
    "state": "in-use",
    "holding": "in-house",
    "service": "Water",
    "owner": "Head of water",
    "contact": "water@example.org",
    "theme": "water",
    "since": "2025-01",
    "review_due": "2099-12-31",
    "need": "Nobody knows how full the lake is.",
    "consulted": ["Anglers, in spring 2025"],
    "benefit": "Fewer dry summers",
    "benefit_measure": "Days under one metre, 12 in 2024",
    "simple_baseline": "Last year's level",
    "alternative": "A pole with marks, read on Mondays",
    "context": "Management of the lake",
    "stage": "Before the sluice is opened",
    "automation": "support",
    "individual_decisions": "no",
    "reach": "internal",
    "people_concerned": "Nobody in particular",
    "human_oversight": "The warden decides",
    "training": "One hour",
    "public_facing": "no",
    "personal_data": "none",
    "sources": [{"what": "Levels"}],
    "legal_basis": "CGCT, article L.2224-7",
    "risks": "A gauge that sticks",
    "mitigations": "Gauges are compared",
    "ai_act_class": "outside",
    "cost": "None but time",
}


def maker(**changes: Any) -> dict[str, Any]:
    """The maker's half of a complete card, as its file holds it."""
    return MAKER | changes


def authority(**changes: Any) -> dict[str, Any]:
    """The authority's half of a complete card, as ``register/ID.yaml`` holds it."""
    return AUTHORITY | changes
