"""The catalogue, a dataset's page, its files, and the form that adds data."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from agglo.catalogue import datasets
from agglo.catalogue.datasets import Dataset
from agglo.contract.errors import InvalidInput
from agglo.portal import adding, tables
from agglo.store.workspace import Workspace
from agglo.trust.access import people, visibility
from agglo.trust.access.rights import Asset

from .conftest import post

SignedIn = Callable[..., TestClient]
HEADER = "insee,year,quantity,value,unit\n"
GOOD = HEADER + "91272,2024,jobs,12,count\n91477,2024,jobs,=1+1,count\n".replace("=1+1", "13")
DESCRIBED = {
    "schema": "commune-values", "title": "Jobs by commune", "name": "jobs", "licence": "Licence Ouverte 2.0",
    "source": "INSEE, 2024", "owner": "Economy service", "attribution": "INSEE",
}  # fmt: skip
EVIL = '<script>alert(1)</script>"onmouseover=x'


def add(workspace: Workspace, folder: Path, text: str = GOOD, **changed: str) -> Dataset:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    return datasets.add(workspace, path, **(DESCRIBED | changed)).dataset


def publish(workspace: Workspace, dataset: Dataset, level: Any = "public") -> None:
    visibility.set_(workspace, people.operator(workspace), Asset("dataset", dataset.reference), level)


@pytest.fixture
def jobs(workspace: Workspace, tmp_path: Path) -> Dataset:
    made = add(workspace, tmp_path)
    publish(workspace, made)
    return made


def send(client: TestClient, file_name: str, content: bytes | str, **changed: str) -> Any:
    held = content.encode() if isinstance(content, str) else content
    return post(client, "/donnees-ajouter", DESCRIBED | changed, files={"file": (file_name, held)})


def held(workspace: Workspace) -> set[str]:
    return {f"{one['name']}@{one['version']}" for one in datasets.listing(workspace)}


def test_the_list_gives_the_latest_version_of_each(
    client: TestClient, workspace: Workspace, jobs: Dataset, tmp_path: Path
) -> None:
    newer = add(workspace, tmp_path, GOOD + "91534,2024,jobs,14,count\n")
    publish(workspace, newer)
    text = client.get("/donnees").text
    assert newer.version in text
    assert jobs.version not in text
    assert "Jobs by commune" in text
    assert "Visibility" not in text


def test_the_list_is_searched(client: TestClient, jobs: Dataset) -> None:
    assert "Jobs by commune" in client.get("/donnees?q=jobs").text
    assert "Jobs by commune" in client.get("/donnees?schema=commune-values").text
    assert "Jobs by commune" not in client.get("/donnees?schema=land-cover").text
    assert "No dataset matches this search." in client.get("/donnees?q=zzz").text


@pytest.mark.parametrize(
    "query", ["page=-1", "page=99999999999", "page=²", "q=%27%20OR%201=1--", "schema=%00", "page="]
)
def test_odd_questions_are_no_error(client: TestClient, jobs: Dataset, query: str) -> None:
    assert client.get(f"/donnees?{query}").status_code == 200


def test_an_empty_catalogue_says_what_to_do(client: TestClient, workspace: Workspace) -> None:
    for one in datasets.listing(workspace):
        made = datasets.find(workspace, f"{one['name']}@{one['version']}")
        publish(workspace, made, "restricted")
    assert "No dataset is public yet." in client.get("/donnees").text


def test_a_page_tells_what_a_dataset_is(client: TestClient, jobs: Dataset) -> None:
    text = client.get("/donnees/jobs").text
    for said in (
        "Licence Ouverte 2.0",
        "INSEE, 2024",
        "Economy service",
        jobs.digest,
        "never empty",
        "91477",
        "Quality",
    ):
        assert said in text
    assert "First 2 rows of 2" in text
    assert "See this dataset on the map" not in text


def test_lineage_goes_both_ways(client: TestClient, workspace: Workspace) -> None:
    text = client.get("/donnees/land-cover-2023").text
    assert text.count("Answer of land.sinks") >= 1
    run = next(iter(workspace.runs.iterdir())).name
    assert f"/reponses/{run}" in text or "/reponses/" in text


def test_a_dataset_made_of_an_answer_names_it(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:
    run = sorted(path.name for path in workspace.runs.iterdir())[0]
    made = add(workspace, tmp_path, name="made", source=f"run {run}")
    publish(workspace, made)
    assert f'href="/reponses/{run}"' in client.get("/donnees/made").text
    for one in datasets.listing(workspace):
        if one["name"] != "made":
            publish(workspace, datasets.find(workspace, f"{one['name']}@{one['version']}"), "restricted")
    text = client.get("/donnees/made").text
    assert run not in text
    assert "/reponses/" not in text.split("<main")[1]


def test_every_version_keeps_its_page(client: TestClient, workspace: Workspace, jobs: Dataset, tmp_path: Path) -> None:
    newer = add(workspace, tmp_path, GOOD + "91534,2024,jobs,14,count\n")
    publish(workspace, newer)
    old = client.get(f"/donnees/jobs?version={jobs.version}").text
    assert "First 2 rows of 2" in old
    assert f"version={newer.version}" in old
    answer = client.get(f"/donnees/jobs@{jobs.version}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/donnees/jobs?version={jobs.version}")
    assert client.get("/donnees/jobs?version=ffffffffffff").status_code == 404


@pytest.mark.parametrize("level", ["draft", "restricted", "personal"])
def test_what_is_hidden_is_nowhere(client: TestClient, workspace: Workspace, jobs: Dataset, level: str) -> None:
    publish(workspace, jobs, level)
    page, unknown = client.get("/donnees/jobs"), client.get("/donnees/nothing")
    assert page.status_code == 404
    assert page.text.count("jobs") == page.text.replace("nothing", "jobs").count("jobs")
    assert unknown.text.replace("nothing", "jobs").split("<footer")[0] == page.text.split("<footer")[0]
    assert "Jobs by commune" not in client.get("/donnees").text
    assert "commune-values" not in client.get("/donnees").text
    for form in ("csv", "xlsx", "parquet", "gpkg"):
        assert client.get(f"/donnees/jobs/fichiers/{jobs.version}.{form}").status_code == 404
    assert client.get(f"/donnees/jobs/schemas/{jobs.version}.json").status_code == 404


def test_a_hidden_version_is_not_among_the_versions(
    client: TestClient, workspace: Workspace, jobs: Dataset, tmp_path: Path
) -> None:
    newer = add(workspace, tmp_path, GOOD + "91534,2024,jobs,14,count\n")
    publish(workspace, newer, "restricted")
    text = client.get("/donnees/jobs").text
    assert jobs.version in text
    assert newer.version not in text


def test_stewards_read_drafts_and_see_visibility(signed_in: SignedIn, workspace: Workspace, jobs: Dataset) -> None:
    publish(workspace, jobs, "restricted")
    steward = signed_in("steward")
    assert "restricted" in steward.get("/donnees").text
    assert steward.get("/donnees/jobs").status_code == 200


def test_files_hold_the_table(client: TestClient, jobs: Dataset) -> None:
    address = f"/donnees/jobs/fichiers/{jobs.version}"
    lines = client.get(f"{address}.csv").text.lstrip("\ufeff").splitlines()
    assert lines[0].replace('"', "") == "insee,year,quantity,value,unit"
    assert pq.read_table(io.BytesIO(client.get(f"{address}.parquet").content)).num_rows == 2
    with zipfile.ZipFile(io.BytesIO(client.get(f"{address}.xlsx").content)) as book:
        assert "xl/workbook.xml" in book.namelist()
    answer = client.get(f"{address}.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="jobs-{jobs.version}.csv"'
    again = client.get(f"{address}.csv", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("ending", ["pdf", "exe", "csv/../../x", "%2e%2e"])
def test_other_forms_do_not_exist(client: TestClient, jobs: Dataset, ending: str) -> None:
    assert client.get(f"/donnees/jobs/fichiers/{jobs.version}.{ending}").status_code == 404
    assert client.get(f"/donnees/jobs/fichiers/{jobs.version[:4]}.csv").status_code == 404


def test_schemas_can_be_had(client: TestClient, jobs: Dataset) -> None:
    own = client.get(f"/donnees/jobs/schemas/{jobs.version}.json").json()
    assert own == client.get("/schemas/commune-values.json").json()
    assert "$schema" in client.get("/schemas/local-green-deal.json").json()
    assert client.get("/schemas/nothing.json").status_code == 404


def test_nothing_that_is_kept_becomes_markup(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:
    schema = json.loads(client.get("/schemas/commune-values.json").text)
    schema["fields"][2]["title"] = {"fr": EVIL, "en": EVIL}
    schema["fields"][2]["constraints"]["pattern"] = ".*"
    schema["title"] = EVIL
    (tmp_path / "own.json").write_text(json.dumps(schema))
    text = HEADER + '91272,2024,"<img src=x onerror=alert(2)>",12,count\n'
    given = {"title": EVIL, "source": EVIL, "owner": EVIL, "attribution": EVIL, "licence": EVIL}
    publish(workspace, add(workspace, tmp_path, text, schema=str(tmp_path / "own.json"), **given))
    for page in (client.get("/donnees/jobs").text, client.get("/donnees").text):
        assert "<script>" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


def test_formulas_are_neutral_in_files(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:
    made = add(workspace, tmp_path, HEADER + "91272,2024,=HYPERLINK(1),12,count\n")
    publish(workspace, made)
    assert "'=HYPERLINK" in client.get(f"/donnees/jobs/fichiers/{made.version}.csv").text


def test_a_long_table_is_never_read_whole(client: TestClient, workspace: Workspace, jobs: Dataset) -> None:
    count = 1_000_000
    folder = workspace.datasets / "jobs" / jobs.version
    kept = jobs.path
    kept.chmod(0o644)
    table = pa.table({
        "insee": pa.array(["91272"] * count), "year": pa.array([2024] * count, pa.int64()),
        "quantity": pa.array(["jobs"] * count), "value": pa.array([float(one) for one in range(count)]),
        "unit": pa.array(["count"] * count),
    })  # fmt: skip
    pq.write_table(table, folder / "data.parquet", compression="zstd")
    page = tables.page(folder / "data.parquet", units={}, rows=20)
    assert page.read == 20
    assert "First 20 rows of 1,000,000" in client.get("/donnees/jobs").text


def test_a_layer_goes_to_the_map(client: TestClient, workspace: Workspace, tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[2.1, 48.6], [2.2, 48.6], [2.2, 48.7], [2.1, 48.6]]]}
    names = [one["name"] for one in client.get("/schemas/commune-outlines.json").json()["fields"]]
    known = {"insee": "91272", "code": "91272", "name": "Gif", "geometry": None}
    values = {name: known.get(name, "x") for name in names if name != "geometry"}
    collection = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": values, "geometry": square}]}  # fmt: skip
    path = tmp_path / "outlines.geojson"
    path.write_text(json.dumps(collection))
    made = datasets.add(workspace, path, **(DESCRIBED | {"name": "outlines", "schema": "commune-outlines"})).dataset
    publish(workspace, made)
    text = client.get("/donnees/outlines").text
    assert f"/carte?couches=dataset-outlines%40{made.version}" in text
    assert "GeoPackage" in text


# adding


def test_the_form_is_for_those_who_may_add(client: TestClient, signed_in: SignedIn) -> None:
    assert client.get("/donnees-ajouter").status_code == 403
    text = signed_in("contributor").get("/donnees-ajouter").text
    assert "Values by commune (commune-values)" in text
    assert "At most 200 MB" in text


def test_a_good_file_is_kept_as_a_draft(signed_in: SignedIn, client: TestClient, workspace: Workspace) -> None:
    contributor = signed_in("contributor")
    answer = send(contributor, "jobs 2024.csv", GOOD)
    kept = datasets.find(workspace, "jobs")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/donnees/jobs?version={kept.version}&added=new"
    assert "What the reader found is below" in contributor.get(answer.headers["location"]).text
    assert kept.description["attribution"] == "INSEE"
    assert client.get("/donnees/jobs").status_code == 404
    assert visibility.of(workspace, Asset("dataset", kept.reference)) == "draft"
    again = send(contributor, "jobs.csv", GOOD)
    assert again.headers["location"].endswith("added=same")


def test_adding_is_noted(signed_in: SignedIn, workspace: Workspace) -> None:
    from agglo.trust.accounts import audit

    contributor = signed_in("contributor")
    send(contributor, "jobs.csv", GOOD)
    entries, _count = audit.listing(workspace, action="added")
    assert [(one["actor"], one["asset"].startswith("dataset jobs@")) for one in entries] == [
        (contributor.actor, True)  # type: ignore[attr-defined]
    ]


def test_a_name_is_made_from_the_file(signed_in: SignedIn, workspace: Workspace) -> None:
    answer = send(signed_in("contributor"), "../../Émplois 2024.csv", GOOD, name="")
    assert answer.headers["location"].startswith("/donnees/emplois-2024?")
    assert datasets.find(workspace, "emplois-2024").description["file"]["name"] == "Émplois 2024.csv"


def test_an_incomplete_form_says_all_at_once(signed_in: SignedIn, workspace: Workspace) -> None:
    contributor, before = signed_in("contributor"), held(workspace)
    empty = dict.fromkeys(DESCRIBED, "")
    answer = post(contributor, "/donnees-ajouter", empty | {"title": EVIL, "name": "Not Good"})
    assert answer.status_code == 422
    for name in ("file", "schema", "licence", "source", "owner", "name"):
        assert f'href="#f-{name}"' in answer.text
        assert f'id="w-{name}"' in answer.text
    assert "<script>" not in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert held(workspace) == before


def test_a_bad_file_says_every_fault_and_keeps_nothing(signed_in: SignedIn, workspace: Workspace) -> None:
    contributor, before = signed_in("contributor"), held(workspace)
    answer = send(contributor, "jobs.csv", HEADER + "9127,20x4,jobs,twelve,count\n,,=cmd|x,1,\n", title="Kept title")
    assert answer.status_code == 422
    for said in ("9127", "20x4", "twelve", "Kept title"):
        assert said in answer.text
    assert "Nothing was kept." in answer.text
    assert "faults are listed." in answer.text
    assert held(workspace) == before
    assert not list(workspace.staging.iterdir())


def test_many_faults_are_counted_and_listed(
    signed_in: SignedIn, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agglo.portal.pages import adding as page

    monkeypatch.setattr(page, "SHOWN", 3)
    rows = "".join(f"{row},x,jobs,y,count\n" for row in range(30))
    text = send(signed_in("contributor"), "jobs.csv", HEADER + rows).text
    assert "The first 3 are in the table" in text
    body = text.split("<tbody>")[1].split("</tbody>")[0]
    assert body.count("<tr>") == 3
    assert text.split("<pre")[1].split("</pre>")[0].count("\n") > 40


def test_nothing_of_a_bad_file_becomes_markup_or_formula(signed_in: SignedIn) -> None:
    text = send(signed_in("contributor"), "jobs.csv", HEADER + f'91272,"{EVIL[:20]}",jobs,=2+5,count\n').text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("jobs.exe", b"MZ"),
        ("jobs.csv", b""),
        ("jobs.xlsx", b"PK\x03\x04not a zip"),
        ("jobs.xlsx", GOOD.encode()),
        ("jobs.gpkg", b"SQLite format 3\x00broken"),
        ("jobs.geojson", b'{"type": "FeatureCollection", "features": ['),
        ("jobs.parquet", b"PAR1....PAR1"),
        ("jobs.csv", bytes(range(256)) * 50),
    ],
)
def test_wrong_files_are_refused(signed_in: SignedIn, workspace: Workspace, name: str, content: bytes) -> None:
    before = held(workspace)
    answer = send(signed_in("contributor"), name, content)
    assert answer.status_code == 422
    assert "Traceback" not in answer.text
    assert str(workspace.root) not in answer.text
    assert held(workspace) == before


def bomb(size: int) -> bytes:
    """A small workbook whose sheet is ``size`` bytes of spaces once unzipped."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(
            "xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="i"/></sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="i" Target="worksheets/s.xml"/></Relationships>',
        )
        with archive.open("xl/worksheets/s.xml", "w") as sheet:
            sheet.write(b"<worksheet><sheetData><row r='1'><c t='str'><v>")
            for _part in range(size // 1_000_000):
                sheet.write(b"a" * 1_000_000)
            sheet.write(b"</v></c></row></sheetData></worksheet>")
    return made.getvalue()


def test_a_bomb_takes_the_reader_down_and_not_the_server(
    signed_in: SignedIn, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    contributor, content, before = signed_in("contributor"), bomb(400_000_000), held(workspace)
    assert len(content) < 1_000_000
    bound = adding.add
    monkeypatch.setattr(adding, "add", lambda *all, **more: bound(*all, **more, memory_limit_bytes=600_000_000))
    answer = send(contributor, "jobs.xlsx", content)
    assert answer.status_code == 422
    assert "This file is too large to be read here." in answer.text
    assert held(workspace) == before
    assert contributor.get("/donnees").status_code == 200


def test_a_reader_that_takes_too_long_is_ended(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text(GOOD)
    with pytest.raises(InvalidInput, match="too large to be read here"):
        adding.add(workspace, path, actor="actor-1", described=DESCRIBED, time_limit_s=0.01)
    assert "jobs" not in {one["name"] for one in datasets.listing(workspace)}


def test_an_oversized_file_is_refused_before_it_is_read(signed_in: SignedIn, workspace: Workspace) -> None:
    settings = workspace.root / "agglo.toml"
    settings.write_text(settings.read_text() + "\nupload_limit_mb = 1\n")
    workspace.__dict__.pop("settings", None)
    contributor = signed_in("contributor")
    answer = send(contributor, "jobs.csv", b"x" * 2_000_000)
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_a_mapping_says_how_to_read(signed_in: SignedIn, workspace: Workspace) -> None:
    contributor = signed_in("contributor")
    files = {
        "file": ("jobs.csv", "Code;Année;Grandeur;Valeur;Unité\n91272;2024;jobs;1 234,5;count\n".encode()),
        "mapping": ("how.yaml", b"columns: {Code: insee, 'Ann\xc3\xa9e': year, Grandeur: quantity, Valeur: value, "
                                b"'Unit\xc3\xa9': unit}\ndecimal: ','\n"),
    }  # fmt: skip
    answer = post(contributor, "/donnees-ajouter", DESCRIBED, files=files)
    assert answer.status_code == 303, answer.text
    assert datasets.find(workspace, "jobs").table()["value"].to_pylist() == [1234.5]
    files["mapping"] = ("how.yaml", b"nothing: {known")
    files["file"] = ("jobs.csv", GOOD.encode() + b"91534,2024,jobs,14,count\n")
    answer = post(contributor, "/donnees-ajouter", DESCRIBED, files=files)
    assert answer.status_code == 422


def test_another_licence_can_be_named(signed_in: SignedIn, workspace: Workspace) -> None:
    contributor = signed_in("contributor")
    assert send(contributor, "jobs.csv", GOOD, licence="other").status_code == 422
    assert send(contributor, "jobs.csv", GOOD, licence="other", licence_other="Own terms").status_code == 303
    assert datasets.find(workspace, "jobs").description["licence"] == "Own terms"


def test_a_form_without_its_token_is_refused(signed_in: SignedIn, workspace: Workspace) -> None:
    before = held(workspace)
    answer = signed_in("contributor").post("/donnees-ajouter", data=DESCRIBED, files={"file": ("a.csv", GOOD.encode())})
    assert answer.status_code == 403
    assert held(workspace) == before


def test_the_public_cannot_add(client: TestClient, workspace: Workspace) -> None:
    before = held(workspace)
    answer = client.post("/donnees-ajouter", data=DESCRIBED, files={"file": ("a.csv", GOOD.encode())})
    assert answer.status_code == 403
    assert held(workspace) == before
