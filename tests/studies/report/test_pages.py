"""The page as a whole: what it says, that it is well formed, safe, accessible and light."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card import AuthorityPart, Card, MakerPart
from agglo.contract.errors import InvalidInput
from agglo.studies import report
from agglo.studies.report import LabelledRun, pages
from agglo.studies.report.classes import contrast
from agglo.territory import perimeters
from agglo.territory.communes import Territory

from .conftest import DATASET, Keep, indicators

VOID = {"meta", "link", "path", "rect", "line"}
QUESTION = "What does land use do to carbon?"


class Page(HTMLParser):
    """The elements of a page in their order, each with its attributes, path and text; faults of nesting."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[dict[str, Any]] = []
        self.elements: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.feed(text)
        self.faults += [f"{one['tag']} is not closed" for one in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "text": "", **dict(attrs), "in": [one["tag"] for one in self.open]}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append({"tag": tag, "text": "", **dict(attrs), "in": [one["tag"] for one in self.open]})

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1]["tag"] == tag:
            self.open.pop()
        else:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element["text"] += data

    def all(self, *tags: str) -> list[dict[str, Any]]:
        return [one for one in self.elements if one["tag"] in tags]

    def texts(self, tag: str) -> list[str]:
        return [" ".join(one["text"].split()) for one in self.all(tag)]


def written(runs: list[LabelledRun], territory: Territory, **changed: Any) -> str:
    asked: dict[str, Any] = {"runs": runs, "territory": territory, "question": QUESTION, "datasets": [DATASET]}
    return report.render(**(asked | changed))


@pytest.fixture
def text(runs: list[LabelledRun], territory: Territory) -> str:
    return written(runs, territory)


@pytest.fixture
def page(text: str) -> Page:
    return Page(text)


def rows_of(page_text: str, caption: str) -> list[list[str]]:
    """Cells of the table whose caption begins so."""
    table = next(part for part in re.findall(r"<table.*?</table>", page_text, re.S) if f"<span>{caption}" in part)
    rows = re.findall(r"<tr.*?</tr>", table, re.S)
    return [
        [re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)] for row in rows
    ]


def test_the_table_holds_values_and_differences_of_every_commune_and_of_all(text: str) -> None:
    rows = rows_of(text, "Carbon flux of land-use change, tCO₂/yr (yearly mean 2012-2018)")
    assert rows[0] == ["Commune", "As observed", "Halved", "Difference"]
    assert rows[2] == ["2Bois-le-Comte", "−12", "−6", "+6"]
    assert rows[5] == ["5Saclay1", "30", "15", "−15"]
    assert rows[-1] == ["Agglomération d&#39;essai", "−582", "−291", "+291"]


def test_the_map_says_what_the_table_says(text: str, page: Page) -> None:
    tips = [one["text"] for one in page.all("title") if "use" in one["in"]]
    assert "Bois-le-Comte: −12\u00a0tCO₂/yr" in tips
    assert "Bois-le-Comte: +6\u00a0tCO₂/yr" in tips
    assert text.count("<use ") == 4 * 6


def test_what_the_model_covers_stands_beside_the_main_figure(text: str) -> None:
    beside = text[text.index('class="keys"') : text.index('id="summary-table"')]
    assert "land-use change, excluding forest growth, felling and N₂O" in beside
    assert "lost to the air each year" in beside


def test_few_values_are_told_without_a_map_and_zeros_in_one_line(text: str) -> None:
    rows = rows_of(text, "Area without a carbon factor")
    assert rows[1:3] == [["Alnay", "1.25"], ["The 5 other communes, each", "0"]]


def test_notes_are_numbered_and_linked_from_the_communes_they_name(text: str) -> None:
    assert 'Saclay<sup><a href="#note-1"' in text
    assert '<li id="note-2">653.25\u00a0ha are assumed.</li>' in text


def test_runs_can_be_verified_and_sources_found(text: str, runs: list[LabelledRun]) -> None:
    for one in runs:
        assert f"agglo verify {one.run.id}" in text
    assert "c0dec0dec0de<" in text
    assert "land-cover@0123456789ab" in text
    assert "Licence Ouverte 2.0" in text
    assert "Green Algorithms v3.0" in text


def test_what_differs_between_scenarios_comes_first(text: str) -> None:
    rows = rows_of(text, "What was chosen")
    assert [row[:3] for row in rows[1:]] == [["Land take", "1", "0.5"], ["Sealed share", "0.8", "0.8"]]


def test_a_card_that_is_not_complete_makes_a_draft(keep: Keep, territory: Territory) -> None:
    assert "Draft: register entry incomplete." in written([keep("a")], territory)
    said = dict.fromkeys(AuthorityPart.model_fields, "said")
    maker = {
        name: {"en": "x"} if name in ("title", "purpose", "method") else "x" for name in MakerPart.model_fields
    } | {"references": ["r"], "data": ["d"], "limits": [{"en": "No N2O is counted."}], "custody": "source"}
    complete = Card(maker=MakerPart.model_validate(maker), authority=AuthorityPart.model_validate(said))
    finished = written([keep("b", card=complete)], territory)
    assert "Draft" not in finished
    assert "No N₂O is counted." in finished


def test_the_same_runs_give_the_same_page(runs: list[LabelledRun], territory: Territory, text: str) -> None:
    assert written(runs, territory) == text


def test_one_run_needs_no_difference(keep: Keep, territory: Territory) -> None:
    rows = rows_of(written([keep("Alone")], territory), "Carbon flux")
    assert rows[0] == ["Commune", "Value"]


def test_three_runs_are_each_compared_with_the_first(keep: Keep, territory: Territory) -> None:
    three = [keep("a"), keep("b", indicators(0.5)), keep("c", indicators(2.0))]
    rows = rows_of(written(three, territory), "Carbon flux")
    assert rows[0] == ["Commune", "a", "b", "c", "b: difference", "c: difference"]
    assert rows[2] == ["2Bois-le-Comte", "−12", "−6", "−24", "+6", "−12"]


def test_french_numbers_and_language(
    runs: list[LabelledRun], territory: Territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    text = written(runs, territory)
    assert '<html lang="fr">' in text
    assert "653,25\u00a0ha" in text
    assert "6\u202f000" in text
    assert "23/11/2026" in text


def test_the_file_is_written_and_its_weight_is_the_one_it_states(
    runs: list[LabelledRun], territory: Territory, tmp_path: Path
) -> None:
    path = report.write(tmp_path / "report.html", runs=runs, territory=territory, question=QUESTION, datasets=[DATASET])
    stated = re.search(r"one file of ([\d,]+) kB", path.read_text(encoding="utf-8"))
    assert stated is not None
    assert abs(int(stated[1]) * 1000 - path.stat().st_size) <= 600


def test_a_page_of_27_communes_and_two_runs_is_under_150_kb(keep: Keep) -> None:
    whole = perimeters.load()
    found = [
        replace(one, place=commune.insee, value=(one.value or 0.0) + rank)
        for rank, commune in enumerate(whole.communes)
        for one in indicators()
        if one.place == "91002"
    ] + [one for one in indicators() if one.place == whole.siren]
    halved = [replace(one, value=(one.value or 0.0) / 2) for one in found]
    assert len(written([keep("a", found), keep("b", halved)], whole).encode()) < 150_000


def test_names_titles_notes_and_labels_are_escaped(keep: Keep, territory: Territory) -> None:
    evil = "<script>alert('x')</script>\"><img src=x onerror=y>"
    communes = (replace(territory.communes[0], name=evil), *territory.communes[1:])
    hostile = replace(territory, name=evil, communes=communes, source=evil, licence=evil)
    model = keep("x").run.content["model"] | {"title": {"en": evil}, "headline": {"en": evil}}
    model["parameters"] = {"properties": {"factor": {"title": evil, "source": evil}}}
    found = [
        replace(one, source=evil, sector=evil if one.sector == "land-take" else one.sector) for one in indicators()
    ]
    scenario = {"title": evil, "description": evil}
    run = keep(evil, found, notes=[evil], model=model, scenario=scenario, parameters={"factor": evil})
    limits = Card(maker=MakerPart.model_validate({"limits": [{"en": evil}], "references": [evil]}))
    hostile_run = LabelledRun(evil, run.run, limits)
    described = DATASET | dict.fromkeys(("title", "licence", "owner", "source", "attribution"), evil)
    text = written([hostile_run], hostile, question=evil, datasets=[described | {"caveats": [{"en": evil}]}])
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("&lt;script&gt;") > 15
    assert Page(text).faults == []


def test_nothing_is_loaded_and_nothing_is_run(text: str, page: Page) -> None:
    assert not re.search(r"<script|javascript:|@import|url\((?!#)|\son\w+=", text)
    links = [one["href"] for one in page.all("a", "use", "link")]
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert not [one for one in page.elements if "src" in one or "srcset" in one]
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_elements_nest_and_identifiers_are_unique_and_found(page: Page) -> None:
    assert page.faults == []
    names = [one["id"] for one in page.elements if one.get("id")]
    assert len(names) == len(set(names))
    wanted = {one["href"][1:] for one in page.all("a", "use") if one["href"].startswith("#")}
    wanted |= {name for one in page.elements for name in (one.get("aria-labelledby") or "").split()}
    assert wanted <= set(names)


def test_one_h1_and_no_level_is_skipped(page: Page) -> None:
    levels = [int(one["tag"][1]) for one in page.elements if re.fullmatch(r"h[1-6]", one["tag"])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.texts("h1") == [QUESTION]


def test_landmarks_and_a_way_past_the_menu(page: Page) -> None:
    for tag in ("header", "nav", "main", "footer"):
        assert len(page.all(tag)) == 1, tag
    first = page.all("a")[0]
    assert (first["class"], first["href"]) == ("skip", "#content")
    assert page.all("html")[0]["lang"] == "en"


def test_tables_have_captions_scopes_and_regions_to_scroll(page: Page) -> None:
    assert len(page.all("table")) == len(page.all("caption")) >= 6
    assert all(one.get("scope") in ("col", "row") for one in page.all("th"))
    regions = [one for one in page.all("div") if one.get("class") == "scroll"]
    assert len(regions) == len(page.all("table"))
    assert all((one["role"], one["tabindex"]) == ("region", "0") and one["aria-labelledby"] for one in regions)


def test_pictures_are_named_and_described(page: Page) -> None:
    for one in page.all("svg"):
        assert one.get("aria-hidden") == "true" or (one["role"] == "img" and len(one["aria-labelledby"].split()) == 2)


def test_texts_contrast_in_light_and_in_dark() -> None:
    css = (pages.TEMPLATES / "report.css").read_text(encoding="utf-8")
    themes = re.findall(r":root \{(.*?)\}", css, re.S)
    assert len(themes) == 2
    for colours in (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", theme)) for theme in themes):
        for ink in ("ink", "quiet", "accent"):
            for ground in ("paper", "soft"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        assert contrast(colours["ink"], colours["warn"]) >= 4.5
        for series in ("s0", "s1", "s2", "s3"):
            assert contrast(colours[series], colours["paper"]) >= 3, series


def test_there_are_rules_for_paper_telephones_and_dark(text: str) -> None:
    for rule in ("@media print", "size: A4", "table-header-group", "prefers-color-scheme: dark", "max-width: 40rem"):
        assert rule in text


def test_runs_that_cannot_stand_side_by_side_are_refused(keep: Keep, territory: Territory) -> None:
    with pytest.raises(InvalidInput, match="cannot be compared in one report"):
        written([keep("a"), keep("a")], territory)


def test_the_public_names_are_those_that_can_be_imported() -> None:
    assert all(hasattr(report, name) for name in report.__all__)
