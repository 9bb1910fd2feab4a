"""``agglo data``: what is kept, what is refused and why, and that a refusal leaves the workspace as it was."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Agglo, described, tree

COVER = "insee,class,area_ha\n91272,forest_broadleaf,10.5\n91477,cropland,20\n"


def _text(content: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    return lambda path: (path.write_bytes(content.encode(encoding)), None)[1]


def _workbook(merged: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        import openpyxl

        book = openpyxl.Workbook()
        sheet = book.active
        for row in (["insee", "class", "area_ha"], ["91272", "cropland", 1.5], ["91477", "cropland", 2.5]):
            sheet.append(row)
        if merged:
            sheet.merge_cells(merged)
        book.save(path)

    return write


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "y")


BAD = {
    "shifted.csv": (
        _text("insee,class,area_ha\n91272,cropland,10\n91272;x,91477,cropland,20\n"),
        "land-cover",
        ["shifted.csv"],
    ),
    "empty.csv": (_text(""), "land-cover", ["empty.csv"]),
    "header-only.csv": (_text("insee,class,area_ha\n"), "land-cover", ["row"]),
    "nothing.parquet": (_text(""), "land-cover", ["nothing.parquet"]),
    "text.parquet": (_text("not parquet"), "land-cover", ["text.parquet"]),
    "merged.xlsx": (_workbook("B2:B3"), "land-cover", ["B2"]),
    "text.xlsx": (_text("not a workbook"), "land-cover", ["text.xlsx"]),
    "archive.xlsx": (_zip, "land-cover", ["archive.xlsx"]),
    "image.png": (_text("x"), "land-cover", [".png", ".csv"]),
    "misnamed.csv": (
        _text("insee,classe,area_ha\n91272,cropland,1\n"),
        "land-cover",
        ["class"],
    ),
    "unknown-class.csv": (
        _text("insee,class,area_ha\n91272,croplands,1\n"),
        "land-cover",
        ["line 2", '"croplands"', "cropland"],
    ),
    "negative.csv": (_text("insee,class,area_ha\n91272,cropland,-1\n"), "land-cover", ["line 2", "-1"]),
    "words.csv": (_text("insee,class,area_ha\n91272,cropland,ten\n"), "land-cover", ["line 2", '"ten"']),
    "malformed-code.csv": (_text("insee,class,area_ha\n9127,cropland,1\n"), "land-cover", ["line 2", '"9127"']),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_and_leaves_the_workspace_byte_equal(name: str, agglo: Agglo, tmp_path: Path) -> None:
    write, schema, messages = BAD[name]
    write(tmp_path / name)
    agglo("init")
    before = tree(tmp_path / "workspace")
    said = agglo(*described(name, schema))
    assert (said.code, said.out) == (2, "")
    for message in messages:
        assert message in said.err
    assert "Traceback" not in said.err
    assert tree(tmp_path / "workspace") == before


def test_a_french_file_is_read_as_what_it_is(agglo: Agglo, tmp_path: Path) -> None:
    text = "\ufeffinsee;class;area_ha\n91272;cropland;1 234,5\n91477;cropland;2,25\n"
    (tmp_path / "Occupation du sol.csv").write_text(text, encoding="utf-8")
    said = agglo(*described("Occupation du sol.csv", "land-cover", "--json"))
    assert said.code == 0, said.err
    content = json.loads(said.out)
    assert (content["new"], content["name"], content["rows"]) == (True, "occupation-du-sol", 2)
    columns = {one["name"]: one for one in content["report"]["columns"]}
    assert columns["area_ha"]["maximum"] == pytest.approx(1234.5)


def test_the_same_content_again_is_the_same_version(agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "cover.csv").write_text(COVER)
    first = agglo(*described("cover.csv", "land-cover"))
    assert first.out.startswith("Kept: cover@")
    assert "2 rows" in first.out
    (tmp_path / "cover.csv").write_text(COVER.replace(",", ";"))
    again = agglo(*described("cover.csv", "land-cover"))
    assert again.out.startswith("Already kept, the same content: cover@")
    assert len(json.loads(agglo("data", "list", "--json").out)) == 1


def test_data_list_show_and_check(agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "cover.csv").write_text(COVER)
    agglo(*described("cover.csv", "land-cover", "--name", "my-cover"))
    assert "my-cover@" in agglo("data", "list").out
    text = agglo("data", "show", "my-cover").out
    for expected in ("A table", "licence  Licence Ouverte 2.0", "source   A survey", "owner    The agency"):
        assert expected in text
    assert [line.split() for line in text.splitlines()][-1] == ["area_ha", "ha", "0", "10.5", "20.0", "2"]
    assert "is as it was kept." in agglo("data", "check", "my-cover").out


def test_a_dataset_that_was_changed_is_found_out(agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "cover.csv").write_text(COVER)
    agglo(*described("cover.csv", "land-cover"))
    (file,) = (tmp_path / "workspace" / "datasets").rglob("data.parquet")
    file.chmod(0o644)
    file.write_bytes(file.read_bytes() + b"x")
    said = agglo("data", "check", "cover")
    assert said.code == 2
    assert "Kept content has changed since it was sealed." in said.err


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (["data", "add", "nowhere.csv"], ["--schema: found nothing", "--title: ", "--licence: ", "--owner: "]),
        (described("nowhere.csv", "land-cover"), ["No file nowhere.csv."]),
        (described(".", "land-cover"), [". is a folder."]),
        (described("cover.csv", "land-covers"), ['No schema named "land-covers".', 'Did you mean "land-cover"?']),
        (described("cover.csv", "land-cover", "--mapping", "nowhere.yaml"), ["No file nowhere.yaml."]),
        (described("cover.csv", "land-cover", "--name", "A B"), ["--name: found A B, expected lower-case letters"]),
        (described("cover.csv", "land-cover", "--title", " "), ["--title: found nothing, expected a short text"]),
        (["data", "show", "covers"], ['No dataset named "covers".', 'Did you mean "cover"?']),
        (["data", "show", "cover@00000"], ["No version 00000 of cover.", "Versions held: "]),
        (["data", "check", "../runs"], ['No dataset named "../runs".']),
    ],
    ids=str,
)
def test_wrong_words_are_refused(words: list[str], messages: list[str], agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "cover.csv").write_text(COVER)
    agglo(*described("cover.csv", "land-cover"))
    said = agglo(*words)
    assert (said.code, said.out) == (2, "")
    for message in messages:
        assert message in said.err


def test_every_missing_option_is_told_at_once(agglo: Agglo) -> None:
    said = agglo("data", "add")
    assert said.err.splitlines()[0] == "This command cannot be read."
    assert [line.split(":")[0] for line in said.err.splitlines()[1:-1]] == [
        f"  - {name}" for name in ("FILE", "--schema", "--title", "--licence", "--source", "--owner")
    ]
    assert said.err.splitlines()[-1] == "Its help: agglo data add --help"


def test_schemas_are_listed(agglo: Agglo) -> None:
    assert "insee, class, citepa_class, area_ha" in " ".join(agglo("data", "schemas").out.split())
    assert json.loads(agglo("data", "schemas", "--json").out)["land-cover"]["fields"]
