"""Factor sets: the published figures, look-ups that refuse with a hint, and the freeze."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.errors import Damaged, InvalidInput
from agglo.footprint import factors
from agglo.footprint.factors import DEFAULT_SET, FOLDER, load, sets
from agglo.footprint.processors import processor_key

FROZEN = {
    "green-algorithms-v3.0": "sha256:c76703422c05a3bd208db8d9bc0034aafc054ec6f3178fa29e4ecb6dde97ad17",
    "green-algorithms-v2.2": "sha256:802119135a2f9cadb941488f0ed20dd3670b417a0c8b421106f34374191c79ad",
}


def test_figures_are_the_published_ones(published: dict[str, Any]) -> None:
    figures, expected = load(), published["factors"]
    for location, value in expected["carbon_intensity_g_per_kwh"].items():
        assert figures.carbon_intensity(location).value == value
    for model, value in expected["tdp_cpu_w_per_core"].items():
        assert figures.cpu(model).value == value
    for model, value in expected["tdp_gpu_w"].items():
        assert figures.gpu(model).value == value
    assert {subject: figures.pues[subject].value for subject in expected["pue"]} == expected["pue"]
    assert {name: row.value for name, row in figures.reference.items()} == expected["reference"]


def test_sets_have_not_moved_since_they_were_frozen() -> None:
    assert {name: load(name).digest for name in sets()} == FROZEN


def test_v2_2_differs_from_v3_0_in_pue_alone() -> None:
    old, new = load("green-algorithms-v2.2"), load()
    assert (old.cpus, old.gpus, old.carbon_intensities) == (new.cpus, new.gpus, new.carbon_intensities)
    assert old.pues["localServer"].value == 1.67


def test_every_figure_has_a_source_and_every_set_a_licence() -> None:
    figures = load()
    tables = (figures.cpus, figures.gpus, figures.carbon_intensities, figures.pues, figures.reference)
    assert all(row.source and row.value > 0 for table in tables for row in table.values())
    assert figures.licence == "CC-BY-4.0"
    assert "10.1002/advs.202100707" in figures.attribution


def test_every_region_draws_from_a_known_grid() -> None:
    figures = load()
    assert all(region.location in figures.carbon_intensities for region in figures.regions if region.location)
    assert [region.name for region in figures.regions if not region.location] == ["Qatar Central"]


def test_no_two_processors_are_the_same_to_the_look_up() -> None:
    for table in (load().cpus, load().gpus):
        assert len({processor_key(name) for name in table}) == len(table)


@pytest.mark.parametrize("name", ["Xeon E5-2683 v4", "xeon  e5-2683 V4", "Intel(R) Xeon(R) CPU E5-2683 v4 @ 2.10GHz"])
def test_case_spaces_and_makers_words_do_not_matter(name: str) -> None:
    assert load().cpu(name).name == "Xeon E5-2683 v4"


@pytest.mark.parametrize(
    ("machine", "row"),
    [
        ("Intel(R) Xeon(R) CPU E5-2683 v4 @ 2.10GHz", "Xeon E5-2683 v4"),
        ("Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz", "Xeon E5-2670"),
        ("Intel(R) Xeon(R) CPU           X5660  @ 2.80GHz", "Xeon X5660"),
        ("Intel(R) Core(TM)2 Quad CPU    Q6600  @ 2.40GHz", "Core 2 Quad Q6600"),
        ("11th Gen Intel(R) Core(TM) i5-1145G7 @ 2.60GHz", "Core i5-1145G7"),
        ("AMD EPYC 7763 64-Core Processor", "AMD EPYC 7763"),
        ("AMD EPYC 7552 48-Core Processor", "AMD 7552"),
        ("AMD Ryzen 5 3500U with Radeon Vega Mobile Gfx", "Ryzen 5 3500U"),
        ("AMD FX(tm)-8350 Eight-Core Processor", "FX-8350"),
    ],
)
def test_a_machines_processor_finds_its_row(machine: str, row: str) -> None:
    found = load().match_cpu(machine)
    assert found is not None
    assert found.name == row


@pytest.mark.parametrize(
    "machine", [None, "", "AMD EPYC", "Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel(R) Xeon(R) CPU E5-2683 v3 @ 2.00GHz"]
)
def test_no_row_is_taken_for_another(machine: str | None) -> None:
    assert load().match_cpu(machine) is None


def test_region_gives_grid_and_own_pue() -> None:
    figures = load()
    with_pue, without = figures.region("gcp", "Europe-West1"), figures.region("gcp", "europe-west2")
    assert (with_pue.location, with_pue.pue and with_pue.pue.value) == ("BE", 1.08)
    assert (without.location, without.pue) == ("GB", None)


def test_provider_by_code_or_name() -> None:
    assert load().provider("Google cloud") == load().provider("GCP") == "gcp"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.cpu("Xeon E5-2683 v9"), r'cpu: found "Xeon E5-2683 v9".*Did you mean "Xeon E5-2683 v4"'),
        (lambda s: s.cpu(""), "expected a processor of the factor set"),
        (lambda s: s.gpu("A100"), "Known: NVIDIA A100 40GB PCIe, NVIDIA A100 80GB PCIe"),
        (lambda s: s.carbon_intensity("France"), 'Did you mean "FR"'),
        (lambda s: s.carbon_intensity("XX"), 'location: found "XX"'),
        (lambda s: s.provider("gpc"), 'Did you mean "gcp"'),
        (lambda s: s.provider("localServer"), "expected a provider"),
        (lambda s: s.region("gcp", "europe-west9"), 'region: found "europe-west9".*Did you mean "europe-west'),
        (lambda s: s.region("aws", "eu-west-3"), "lists no data centre of aws: give a location"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(call: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        call(load())


def test_an_unknown_set_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r'Did you mean "green-algorithms-v3\.0"'):
        load("green-algorithms-v3.1")


def test_a_changed_figure_is_found_out(tmp_path: Path) -> None:
    folder = tmp_path / "sets"
    shutil.copytree(FOLDER, folder)
    table = folder / "green_algorithms_v3_0" / "carbon_intensity.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("51.28", "5.128"), encoding="utf-8")
    with pytest.raises(Damaged, match="have changed since it was frozen"):
        factors._read(DEFAULT_SET, folder)


def test_a_set_says_where_it_is_from() -> None:
    for path in FOLDER.glob("*/set.json"):
        about = json.loads(path.read_text(encoding="utf-8"))
        assert about["licence"] == "CC-BY-4.0"
        assert about["changes"]


SHARED = Path(__file__).parents[3] / "shared" / "data" / "green-algorithms-v3.0"


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the calculator's own tables are kept outside the project")
@pytest.mark.parametrize(
    ("file", "key", "value", "table"),
    [
        ("TDP_cpu.csv", "model", "TDP_per_core", "cpus"),
        ("TDP_gpu.csv", "model", "TDP_per_core", "gpus"),
        ("CI_aggregated.csv", "location", "carbonIntensity", "carbon_intensities"),
    ],
)
def test_every_row_of_the_calculators_tables_is_carried_over(file: str, key: str, value: str, table: str) -> None:
    import csv

    lines = (SHARED / file).read_text(encoding="utf-8").splitlines()[1:]
    theirs = {" ".join(row[key].split()): float(row[value]) for row in csv.DictReader(lines)}
    assert {name: row.value for name, row in getattr(load(), table).items()} == theirs
