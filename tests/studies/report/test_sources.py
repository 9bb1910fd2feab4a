from agglo.studies.report import sources
from agglo.studies.report.comparison import LabelledRun

from .conftest import DATASET


def test_an_input_is_stated_once(runs: list[LabelledRun]) -> None:
    assert sources.references(runs) == ["land-cover@0123456789ab"]


def test_a_dataset_is_stated_in_the_language_in_force() -> None:
    found = sources.of("land-cover@0123456789ab", DATASET)
    assert (found.reference, found.title, found.attribution, found.caveats) == (
        "land-cover@0123456789ab",
        "Land cover",
        "",
        ("Areas in hectares.",),
    )
