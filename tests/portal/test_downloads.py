"""Taking outputs away: the same figures in every form, no formula, no file but those that were sealed."""

import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from agglo.contract import formulas
from agglo.contract.errors import AggloError, Damaged, InvalidInput, NotFound
from agglo.portal import app, export, outputs, tables
from agglo.portal.outputs import Output
from agglo.runs.run import Run
from agglo.store.workspace import Workspace, open_workspace

from .conftest import SignedIn
from .strange_runs import ATTACKS, PAGE, ask, decide

OUTSIDE = (
    "../run", "..%2Frun", "../../../agglo", "..%2f..%2f..%2fagglo", "%2e%2e%2frun", "/etc/passwd", "%2Fetc%2Fpasswd",
    "lines%00", "lines/../../run", "....//run", "..\\run", "run", "manifest", "log", "outcome", "events",
    "ro-crate-metadata", "", ".", "..", "lines%2e%2e", "indicators%2F..", "\u2025/run", "lines;cat", "*", "'",
    "lines'--",
)  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Run]:
    """A workspace that holds one hostile answer. Not to be changed."""
    workspace = open_workspace(tmp_path_factory.mktemp("kept") / "workspace")
    return workspace, ask(workspace)


@pytest.fixture
def own(kept: tuple[Workspace, Run], tmp_path: Path) -> tuple[Workspace, Run]:
    """A copy of it, to be changed at will."""
    shutil.copytree(kept[0].root, tmp_path / "own", symlinks=True)
    workspace = open_workspace(tmp_path / "own")
    from agglo.runs.run import load

    return workspace, load(workspace, kept[1].id)


@pytest.fixture
def public(kept: tuple[Workspace, Run]) -> Iterator[TestClient]:
    with TestClient(app.create(kept[0]), follow_redirects=False) as made:
        yield made


def address(run: Run, output: str, form: str) -> str:
    return f"/reponses/{run.id}/fichiers/{output}.{form}"


def rows_of(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def test_a_csv_file_holds_the_table_without_a_formula(public: TestClient, kept: tuple[Workspace, Run]) -> None:
    answer = public.get(address(kept[1], "lines", "csv"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    held = rows_of(kept[1].path_of("lines"))
    assert [one["said"] for one in read] == [formulas.neutral(one["said"]) for one in held]
    assert [formulas.restored(one["said"]) for one in read] == [one["said"] for one in held]
    assert [float(one["area_ha"]) for one in read] == [one["area_ha"] for one in held]
    assert [int(one["rank"]) for one in read] == [one["rank"] for one in held]
    assert len(read) == len(ATTACKS)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_a_csv_file_is_run_whatever_the_country(
    separator: str, public: TestClient, kept: tuple[Workspace, Run]
) -> None:
    text = public.get(address(kept[1], "lines", "csv")).content.decode("utf-8-sig")
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        for cell in line:
            bare = cell.lstrip(' "')
            assert not bare.startswith(("=", "+", "@", "\t", "\r"))
            assert not bare.startswith("-") or bare.rstrip('"').lstrip("-").replace(".", "").isdigit()


def test_a_layer_as_csv_has_its_geometry_as_text(public: TestClient, kept: tuple[Workspace, Run]) -> None:
    text = public.get(address(kept[1], "shapes", "csv")).content.decode("utf-8-sig")
    (first, _second) = csv.DictReader(io.StringIO(text, newline=""))
    assert first["geometry"] == "POINT (2.1 48.7)"


def test_a_workbook_holds_texts_and_numbers(public: TestClient, kept: tuple[Workspace, Run]) -> None:
    answer = public.get(address(kept[1], "lines", "xlsx"))
    assert answer.status_code == 200
    book: Any = openpyxl.load_workbook(io.BytesIO(answer.content))
    data = list(book["Data"].iter_rows(min_row=2))
    held = rows_of(kept[1].path_of("lines"))
    assert [row[1].value for row in data] == [one["said"] for one in held]
    assert {row[1].data_type for row in data} == {"s"}
    assert [row[2].value for row in data] == pytest.approx([one["area_ha"] for one in held])
    assert {row[3].data_type for row in data} == {"n"}
    assert [row[0].value for row in data][:2] == ["91272", "91477"]
    about = {row[0].value: row[1].value for row in book["Columns"].iter_rows(min_row=3)}
    assert about["area_ha"] == "ha"
    assert book["Columns"]["A1"].data_type == "s"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist() if "sheet" in name)


def test_a_table_with_communes_becomes_a_geopackage(
    public: TestClient, kept: tuple[Workspace, Run], tmp_path: Path
) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(public.get(address(kept[1], "lines", "gpkg")).content)
    import pyogrio

    read = pyogrio.read_arrow(path)[1]
    assert [row["said"] for row in read.to_pylist()] == [row["said"] for row in rows_of(kept[1].path_of("lines"))]
    assert pyogrio.read_info(path)["crs"] == "EPSG:4326"
    with sqlite3.connect(path) as database:
        (bounds,) = database.execute("select min_x, min_y, max_x, max_y from gpkg_contents").fetchall()
    assert 2.0 < bounds[0] < bounds[2] < 2.4
    assert 48.5 < bounds[1] < bounds[3] < 48.9


def test_a_layer_becomes_a_geopackage(public: TestClient, kept: tuple[Workspace, Run], tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(public.get(address(kept[1], "shapes", "gpkg")).content)
    import pyogrio

    info = pyogrio.read_info(path)
    assert (info["features"], info["geometry_type"]) == (2, "Point")
    assert pyogrio.read_arrow(path)[1]["name"].to_pylist() == [ATTACKS[0], ATTACKS[3]]


def test_parquet_and_files_are_those_that_were_kept(public: TestClient, kept: tuple[Workspace, Run]) -> None:
    for output, form in (("lines", "parquet"), ("page", "html"), ("drawing", "svg")):
        assert public.get(address(kept[1], output, form)).content == kept[1].path_of(output).read_bytes()
    assert (
        public.get(address(kept[1], "indicators", "parquet")).content
        == (kept[1].sealed.folder / "outcome" / "indicators.parquet").read_bytes()
    )


@pytest.mark.parametrize(
    ("output", "form"),
    [
        ("page", "html"),
        ("drawing", "svg"),
        ("lines", "csv"),
        ("lines", "xlsx"),
        ("lines", "gpkg"),
        ("lines", "parquet"),
    ],
)
def test_nothing_a_model_writes_is_shown_by_the_browser(
    output: str, form: str, public: TestClient, kept: tuple[Workspace, Run]
) -> None:
    answer = public.get(address(kept[1], output, form))
    headers = answer.headers
    assert headers["content-disposition"].startswith('attachment; filename="test.strange-')
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-type"].partition(";")[0] not in ("text/html", "image/svg+xml", "application/xhtml+xml")
    if output == "page":
        assert answer.text == PAGE
        assert headers["content-type"] == "application/octet-stream"


def test_parts_of_a_file_can_be_asked_for(public: TestClient, kept: tuple[Workspace, Run]) -> None:
    here = address(kept[1], "lines", "parquet")
    whole = public.get(here)
    part = public.get(here, headers={"Range": "bytes=4-11"})
    assert (part.status_code, part.content) == (206, whole.content[4:12])
    assert part.headers["content-range"] == f"bytes 4-11/{len(whole.content)}"
    again = {"If-Range": whole.headers["etag"], "Range": "bytes=0-3"}
    assert public.get(here, headers=again).content == b"PAR1"
    assert public.get(here, headers={**again, "If-Range": '"other"'}).status_code == 200
    assert "content-encoding" not in whole.headers


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_what_is_held_is_not_sent_again(form: str, public: TestClient, kept: tuple[Workspace, Run]) -> None:
    here = address(kept[1], "lines", form)
    tag = public.get(here).headers["etag"]
    assert tag.startswith("W/") == (form == "csv")
    again = public.get(here, headers={"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert public.get(here, headers={"If-None-Match": '"x"'}).status_code == 200


def test_the_archive_has_the_bytes_of_the_command_line(
    own: tuple[Workspace, Run], signed_in: SignedIn, tmp_path: Path
) -> None:
    from agglo.runs import archive

    workspace, run = own
    made = export.archive(workspace, run)
    assert made.read_bytes() == archive.export(workspace, run, tmp_path / "x.zip").read_bytes()
    assert export.archive(workspace, run) == made
    run.sealed.add_event("certified", {"verdict": "identical"})
    assert export.archive(workspace, run) != made


def test_an_archive_with_a_log_is_for_those_who_may_read_it(workspace: Workspace, signed_in: SignedIn) -> None:
    talks, silent = ask(workspace), ask(workspace, speaks=False)
    with TestClient(app.create(workspace)) as public:
        refused = public.get(f"/reponses/{talks.id}/archive.zip")
        assert refused.status_code == 403
        assert "holds the log" in refused.text
        assert public.get(f"/reponses/{silent.id}/archive.zip").headers["content-type"] == "application/zip"
    answer = signed_in("steward").get(f"/reponses/{talks.id}/archive.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert json.loads(archive.read("agglo-archive.json"))["run"] == talks.id


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("form", ["csv", "parquet", "json", "txt"])
def test_nothing_but_declared_outputs_is_opened(
    name: str, form: str, public: TestClient, kept: tuple[Workspace, Run]
) -> None:
    answer = public.get(f"/reponses/{kept[1].id}/fichiers/{name}.{form}")
    assert answer.status_code in (303, 307, 404, 405)
    for secret in (b"root:", b'"sha256"', b"fingerprint", b"said by the model", str(kept[0].root).encode()):
        assert secret not in answer.content


@pytest.mark.parametrize(
    "reference", ["../../etc", "..%2F..", "%2e%2e", "*", "' or 1=1 --", "\x00", "a" * 5000, "_", "%25"]
)
def test_nothing_but_runs_is_opened(reference: str, public: TestClient) -> None:
    for rest in ("fichiers/lines.csv", "archive.zip", "tables/lines", ""):
        answer = public.get(f"/reponses/{quote(reference, safe='%')}/{rest}".rstrip("/"))
        assert answer.status_code in (404, 422)


@pytest.mark.parametrize("form", ["json", "exe", "CSV", "csv.gz", "html", "zip", "gpkg.csv"])
def test_a_form_that_is_not_offered_is_not_made(form: str, public: TestClient, kept: tuple[Workspace, Run]) -> None:
    assert public.get(address(kept[1], "lines", form)).status_code == 404
    assert public.get(address(kept[1], "page", "csv")).status_code == 404


def test_a_link_in_place_of_a_file_is_refused(own: tuple[Workspace, Run], tmp_path: Path) -> None:
    _workspace, run = own
    secret = tmp_path / "secret.parquet"
    shutil.copy(run.path_of("lines"), secret)
    run.path_of("lines").unlink()
    run.path_of("lines").symlink_to(secret)
    with pytest.raises(Damaged, match="no longer as it was kept"):
        outputs.find(run, "lines")


def test_a_linked_folder_is_refused(own: tuple[Workspace, Run], tmp_path: Path) -> None:
    _workspace, run = own
    shutil.move(run.sealed.folder / "outcome", tmp_path / "outcome")
    (run.sealed.folder / "outcome").symlink_to(tmp_path / "outcome")
    with pytest.raises(Damaged):
        outputs.find(run, "lines")


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "log.txt/../run.json", "run.json/", "outcome/none.parquet"]
)
def test_a_run_that_names_another_file_is_refused(path: str, own: tuple[Workspace, Run]) -> None:
    _workspace, run = own
    run.content["outcome"]["outputs"]["lines"]["path"] = path
    with pytest.raises(Damaged) as refused:
        outputs.find(run, "lines")
    assert "/etc" not in str(refused.value)


def test_an_unknown_output_names_those_there_are(kept: tuple[Workspace, Run]) -> None:
    with pytest.raises(NotFound) as refused:
        outputs.find(kept[1], "none")
    assert refused.value.repair == "It has: lines, shapes, page, drawing"


@pytest.mark.parametrize("visibility", ["draft", "restricted", "personal"])
def test_what_may_not_be_read_may_not_be_taken_away(visibility: str, workspace: Workspace, signed_in: SignedIn) -> None:
    run = ask(workspace)
    decide(workspace, run, visibility)
    with TestClient(app.create(workspace)) as public:
        for form in ("csv", "xlsx", "gpkg", "parquet"):
            assert public.get(address(run, "lines", form)).status_code == 404
        assert public.get(f"/reponses/{run.id}/archive.zip").status_code == 404
        other = public.get("/reponses/01a20efa-0000-7000-8000-000000000000/fichiers/lines.csv").text
        said = public.get(address(run, "lines", "csv")).text.replace(run.id, "X")
        other = other.replace("01a20efa-0000-7000-8000-000000000000", "X")
        assert re.sub(r"weighs \d+ kB", "", said) == re.sub(r"weighs \d+ kB", "", other)
    allowed = signed_in("steward").get(address(run, "lines", "csv")).status_code
    assert allowed == (404 if visibility == "personal" else 200)


def test_a_table_too_long_for_a_workbook_is_refused(
    kept: tuple[Workspace, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(export.MOST_ROWS, "xlsx", 11)
    with pytest.raises(InvalidInput, match="too long") as refused:
        export.made(kept[0], outputs.find(kept[1], "lines"), "xlsx")
    assert str(refused.value.faults[0]) == "xlsx: found 12 rows, expected 11 at most. Take it as CSV or Parquet."


def test_a_file_is_made_once(kept: tuple[Workspace, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    first = export.made(kept[0], outputs.find(kept[1], "lines"), "xlsx")
    monkeypatch.setattr(export.subprocess, "run", lambda *_args, **_named: pytest.fail("made again"))
    assert export.made(kept[0], outputs.find(kept[1], "lines"), "xlsx") == first
    assert first.parent == kept[0].cache / "exports"


def test_a_failure_leaves_nothing_and_says_little(own: tuple[Workspace, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_named: Any) -> None:
        raise subprocess.CalledProcessError(1, "secret")

    monkeypatch.setattr(export.subprocess, "run", fail)
    output = outputs.find(own[1], "shapes")
    with pytest.raises(AggloError, match="could not be made") as failed:
        export.made(own[0], output, "xlsx")
    assert "secret" not in str(failed.value)
    assert [one.name for one in (own[0].cache / "exports").iterdir() if one.name.startswith(".")] == []


def test_columns_of_every_type_become_csv(tmp_path: Path) -> None:
    import datetime

    table = pa.table(
        {
            "none": pa.array([None, None], pa.string()),
            "dictionary": pa.array(["=1", "b"]).dictionary_encode(),
            "list": pa.array([["=1"], None], pa.list_(pa.string())),
            "flag": pa.array([True, None]),
            "day": pa.array([datetime.date(2026, 1, 2), None]),
            "small": pa.array([1e-300, -0.1]),
            "=head": pa.array([2**60, -1]),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    output = Output("t", "table", "t", {}, tmp_path / "t.parquet", "d")
    read = list(csv.reader(io.StringIO(b"".join(export.csv(output)).decode("utf-8-sig"), newline="")))
    assert read == [
        ["none", "dictionary", "list", "flag", "day", "small", "'=head"],
        ["", "'=1", '["=1"]', "true", "2026-01-02", "1e-300", str(2**60)],
        ["", "b", "", "", "", "-0.1", "-1"],
    ]


def test_an_empty_table_has_its_header(tmp_path: Path) -> None:
    pq.write_table(pa.table({"=a": pa.array([], pa.int64())}), tmp_path / "t.parquet")
    output = Output("t", "table", "t", {}, tmp_path / "t.parquet", "d")
    assert b"".join(export.csv(output)) == export.BOM + b'"\'=a"\n'


def test_a_long_csv_file_is_sent_piece_by_piece(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": list(range(200_000))}), tmp_path / "t.parquet", row_group_size=50_000)
    output = Output("t", "table", "t", {}, tmp_path / "t.parquet", "d")
    sizes = [len(piece) for piece in export.csv(output)]
    assert len(sizes) > 10
    assert max(sizes) < 200_000


def test_making_files_brings_no_heavy_library_into_the_server() -> None:
    code = (
        "import sys\n"
        "from agglo.portal import app, export, outputs, tables, drawings, run_figures\n"
        "app.routes()\n"
        "heavy = ('pandas', 'geopandas', 'pyogrio', 'altair', 'vl_convert', 'typst', 'openpyxl', 'pyarrow',\n"
        "         'shapely')\n"
        "print([one for one in heavy if one in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_rows_are_counted_without_being_read(kept: tuple[Workspace, Run]) -> None:
    assert tables.count(kept[1].path_of("lines")) == len(ATTACKS)
