"""A library finds sheets, keeps places apart, and knows what changed."""

import pytest

from agglo.models.assistant.retrieval.library import Library
from agglo.models.assistant.sheets.sheet import Sheet


def sheet(id: str, title: str, text: str, **more: object) -> Sheet:
    return Sheet(id, title, text, "Source", **more)  # type: ignore[arg-type]


SHEETS = (
    sheet("eau", "Qualité de l'eau", "Rien ici.\n\n## Contrôles\n- L'eau est contrôlée.\n- Les fuites sont réparées."),
    sheet("piscine-orsay", "Piscine", "Le bassin d'Orsay ouvre le lundi.", territory="91471", theme="piscine"),
    sheet("piscine-gif", "Piscine", "Le bassin de Gif ouvre le mardi.", territory="91272", theme="piscine"),
)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.of(SHEETS)


def test_a_hit_says_where_the_answer_stands(library: Library) -> None:
    hit = library.search("réparer les fuites d'eau")[0]

    assert hit.sheet.id == "eau"
    assert hit.place is not None
    assert hit.place.block == 3


def test_sheets_of_other_places_are_left_out(library: Library) -> None:
    found = [hit.sheet.id for hit in library.search("piscine", territories=["91471"])]

    assert found == ["piscine-orsay"]
    assert {hit.sheet.id for hit in library.search("piscine")} == {"piscine-orsay", "piscine-gif"}
    assert library.search("fuites d'eau", territories=[])[0].sheet.id == "eau"


def test_the_digest_does_not_depend_on_the_order_given(library: Library) -> None:
    assert Library.of(reversed(SHEETS)).digest == library.digest
    assert Library.of(SHEETS[:2]).digest != library.digest
