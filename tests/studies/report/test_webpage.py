"""The page: that it is well formed, safe, accessible and light, whatever the study says."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from agglo.catalogue import datasets
from agglo.contract.card import Card, MakerPart
from agglo.store.workspace import Workspace
from agglo.studies.report import pages, study
from agglo.studies.report.classes import contrast
from agglo.studies.report.findings import Findings
from agglo.territory import perimeters

from . import fabricated
from .conftest import DATASET
from .reading import Page, rows_of

pytest.importorskip("altair")
pytest.importorskip("vl_convert")

EVIL = "<script>alert('x')</script>\"><img src=x onerror=y>"


@pytest.fixture(scope="module", params=["strasbourg", "saclay"])
def text(request: pytest.FixtureRequest) -> str:
    return study.rendered(request.getfixturevalue(request.param), "html").decode()


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


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
    assert page.texts("h1")[0].endswith("?")


def test_landmarks_and_a_way_past_the_menu(page: Page) -> None:
    for tag in ("header", "nav", "main", "footer"):
        assert len(page.all(tag)) == 1, tag
    first = page.all("a")[0]
    assert (first["class"], first["href"]) == ("skip", "#content")
    assert page.all("html")[0]["lang"] == "en"
    sections = [f"#{one['id']}" for one in page.all("section")]
    assert [one["href"] for one in page.all("a") if "nav" in one["in"]] == sections


def test_tables_have_captions_scopes_and_regions_to_scroll(page: Page) -> None:
    assert len(page.all("table")) == len(page.all("caption")) >= 6
    assert all(one.get("scope") in ("col", "row") for one in page.all("th"))
    regions = [one for one in page.all("div") if one.get("class") == "scroll"]
    assert len(regions) == len(page.all("table"))
    assert all((one["role"], one["tabindex"]) == ("region", "0") and one["aria-labelledby"] for one in regions)


def test_pictures_are_named_and_described(page: Page) -> None:
    assert page.all("svg")
    for one in page.all("svg"):
        assert one.get("aria-hidden") == "true" or (one["role"] == "img" and len(one["aria-labelledby"].split()) == 2)


def test_each_chart_is_followed_by_its_table(text: str) -> None:
    parts = text.split('<figure class="chart">')[1:]
    assert parts
    for part in parts:
        after = part[part.index("</figure>") + len("</figure>") :]
        assert re.match(r'\s*<div class="scroll"[^>]*>\s*<table>', after)
        assert part[: part.index("</figure>")].count("<svg") == 2


def test_nothing_is_loaded_and_nothing_is_run(text: str, page: Page) -> None:
    assert not re.search(r"<script|javascript:|@import|@font-face|\son\w+=", text)
    assert set(re.findall(r"url\(([^)]*)", text)) <= {f"#{one['id']}" for one in page.elements if one.get("id")}
    links = [one.get("href") or one.get("xlink:href") for one in page.all("a", "use", "link", "image")]
    assert all(link and (link.startswith("#") or link == "data:,") for link in links)
    assert not [one for one in page.elements if "src" in one or "srcset" in one]
    assert set(re.findall(r'="(https?://[^"]*)"', text)) <= {"http://www.w3.org/2000/svg"}
    (policy,) = [one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy


def test_there_are_rules_for_paper_telephones_and_dark(text: str) -> None:
    for rule in ("@media print", "size: A4", "table-header-group", "prefers-color-scheme: dark", "max-width: 40rem"):
        assert rule in text


def test_every_rule_is_of_a_class_that_some_page_has() -> None:
    templates = [pages.TEMPLATES, Path(pages.__file__).parents[2] / "trust" / "deal" / "templates"]
    held = "".join(path.read_text(encoding="utf-8") for folder in templates for path in folder.glob("*.html.j2"))
    named = " ".join([*re.findall(r'class="([^>]*)"', held), "s0 s1 s2 s3 warning plain nb"])
    css = (pages.TEMPLATES / "report.css").read_text(encoding="utf-8")
    selectors = re.sub(r"\{[^{}]*\}", "{}", css)
    assert set(re.findall(r"\.([a-z][\w-]*)", selectors)) <= set(re.findall(r"[\w-]+", named))


def test_rules_of_charts_are_of_drawings_that_a_page_has(strasbourg: Findings) -> None:
    css = (pages.TEMPLATES / "study.css").read_text(encoding="utf-8")
    rules = re.findall(r"(?:^|[,}])\s*(figure\.chart[^,{]*?)\s*[,{]", css, re.M)
    assert "figure.chart svg" in rules
    figures = re.findall(r'<figure class="chart">.*?</figure>', study.rendered(strasbourg, "html").decode(), re.S)
    assert figures
    for rule in rules:
        inside = re.sub(r"^figure\.chart ?", "", rule)
        assert re.fullmatch(r"[a-z ]*", inside), f"{rule}: not a plain descendant"
        assert all(f"<{tag}" in figures[0] for tag in inside.split()), rule


def test_texts_contrast_in_light_and_in_dark(text: str) -> None:
    themes = re.findall(r":root \{(.*?)\}", text, re.S)
    assert len(themes) == 2
    for colours in (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", theme)) for theme in themes):
        for ink in ("ink", "quiet", "accent"):
            for ground in ("paper", "soft"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        assert contrast(colours["ink"], colours["warn"]) >= 4.5
        for series in ("s0", "s1", "s2", "s3"):
            assert contrast(colours[series], colours["paper"]) >= 3, series


def test_the_weight_it_states_is_its_own(saclay: Findings, tmp_path: Path) -> None:
    path = study.write(tmp_path / "report.html", saclay.result, saclay.workspace, "html")
    stated = re.search(r"one file of ([\d,]+) kB", path.read_text(encoding="utf-8"))
    assert stated is not None
    assert abs(int(stated[1].replace(",", "")) * 1000 - path.stat().st_size) <= 600


def test_a_page_with_maps_of_27_communes_is_light(saclay: Findings) -> None:
    assert len(study.rendered(saclay, "html")) < 200_000


def test_the_map_says_what_the_table_says(saclay: Findings) -> None:
    text = study.rendered(saclay, "html").decode()
    tips = [one["text"] for one in Page(text).all("title") if "use" in one["in"]]
    rows = rows_of(text, "place-0-0-table")[1:-1]
    assert len(rows) == 27
    for _number, name, observed, halved, difference in rows:
        for figure in (observed, halved, difference):
            assert f"{name}: {figure}\u00a0tCO₂/yr" in tips


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workspace: Workspace) -> Findings:
    """A study whose every name, title, note, figure's source, card and dataset is an attack."""
    _hostile_runs(monkeypatch)
    result = fabricated.saclay(tmp_path, workspace)
    result.study.question = result.study.title = {"en": EVIL}
    result.study.territory.name = result.study.name = EVIL
    for scenario in result.scenarios:
        scenario.description = {"en": EVIL}
    result.scenarios[1].title = {"en": EVIL}
    result.scenarios[1].steps[EVIL] = fabricated.Step(EVIL, "climate.effort", None, failure=EVIL)
    limits = Card(maker=MakerPart.model_validate({"limits": [{"en": EVIL}], "references": [EVIL]}))
    monkeypatch.setattr(Findings, "_card", lambda *_: limits)
    described = DATASET | dict.fromkeys(("title", "licence", "owner", "source", "attribution"), EVIL)
    described |= {"caveats": [{"en": EVIL}]}
    monkeypatch.setattr(datasets, "find", lambda *_: SimpleNamespace(description=described))
    found = Findings(result, workspace)  # type: ignore[arg-type]
    whole = perimeters.load()
    communes = (replace(whole.communes[0], name=EVIL), *whole.communes[1:])
    found.__dict__["territory"] = replace(whole, name=EVIL, communes=communes, source=EVIL, licence=EVIL)
    return found


def _hostile_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: Callable[..., fabricated.Keeper] = fabricated.Keeper.run

    def run(self: fabricated.Keeper, *args: object, **given: object) -> object:
        said = {
            "title": EVIL,
            "headline": EVIL,
            "notes": [EVIL],
            "parameters": {"horizon": EVIL, "draws": {EVIL: EVIL}},
        }
        return kept(self, *args, **(given | said))

    monkeypatch.setattr(fabricated.Keeper, "run", run)


def test_names_titles_notes_and_labels_are_escaped(hostile: Findings) -> None:
    text = study.rendered(hostile, "html").decode()
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("&lt;script&gt;") > 30
    assert Page(text).faults == []
