from agglo.studies.report import notes
from agglo.studies.report.comparison import LabelledRun
from agglo.territory import perimeters
from agglo.territory.communes import Territory

from .conftest import Keep


def test_a_note_marks_the_communes_it_names(runs: list[LabelledRun], territory: Territory) -> None:
    found = notes.gather(runs, territory)
    assert [(one.number, one.communes) for one in found] == [(1, ("91003", "91005")), (2, ())]
    assert notes.marks(found) == {"91003": [1], "91005": [1]}


def test_a_note_of_one_run_only_says_so(keep: Keep, territory: Territory) -> None:
    found = notes.gather([keep("a", notes=["shared"]), keep("b", notes=["shared", "own"])], territory)
    assert [(one.text, one.labels) for one in found] == [("shared", ()), ("own", ("b",))]


def test_a_name_inside_a_longer_one_is_not_that_commune() -> None:
    whole = perimeters.load()
    names = ("Saint-Aubin", "Villebon-sur-Yvette", "La Ville-du-Bois")
    text = f"{', '.join(names)} of Paris-Saclay"
    assert notes.named(text, whole) == tuple(whole.commune(name).insee for name in names)
