"""``agglo register watch`` and ``guide``."""

import datetime
import json
import re
from pathlib import Path

import pytest
import yaml

from agglo.cli import register_watch
from agglo.contract.numerals import day_in_words
from agglo.trust.register import watch

from .conftest import Agglo

OLD = {
    "id": "lake-rule",
    "kind": "rule",
    "title": {"fr": "Règle du lac", "en": "Rule of the lake"},
    "about": {"fr": "Le lac est mesuré.", "en": "The lake is measured."},
    "concerns": {"fr": "Le lac", "en": "The lake"},
    "cards": {"ai_act_class": ["high-risk"]},
    "dates": [{"day": "2019-05-01", "what": {"fr": "Elle commence", "en": "It begins"}}],
    "source": {"fr": "Un texte", "en": "A text"},
    "consulted": "2019-01-01",
    "certainty": "memory",
    "next_look": "2020-01-01",
}


CARD = "ai_act_class: high-risk\nmaker: {title: {fr: Profondeur du lac, en: Depth of the lake}}\n"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_watch, "_today", lambda: datetime.date(2026, 11, 24))


@pytest.fixture
def folder(agglo: Agglo, tmp_path: Path) -> Path:
    """The workspace, with a watch list of its own and a card of a high-risk system."""
    assert agglo("config", "show").code == 0
    root = tmp_path / "workspace"
    (root / "watch.yaml").write_text(yaml.safe_dump([OLD], allow_unicode=True), encoding="utf-8")
    (root / "register" / "lake.yaml").write_text(CARD, encoding="utf-8")
    return root


def test_dates_are_in_order_with_a_line_before_those_to_come(agglo: Agglo) -> None:
    said = agglo("register", "watch")
    assert said.code == 0
    days = re.findall(r"^((?:\d+ )?(?:[A-Z][a-z]+ )?\d{4}) ", said.out.split("\n\n")[0], re.MULTILINE)
    listed = [day_in_words(change.day) for change, _one in watch.changes(watch.bundled())]
    assert len(days) > 25
    assert days == listed
    before, _rule, after = said.out.partition("2 December 2026")
    assert before.rstrip().endswith("-")
    assert "2 December 2027" in after
    assert "(reported by others)" in said.out
    assert "Nothing has to be read again by 24 November 2026." in said.out


def test_since_a_day(agglo: Agglo) -> None:
    said = agglo("register", "watch", "--since", "2027-09-01")
    assert "2 December 2027" in said.out
    assert "2 August 2027" not in said.out
    assert "2024" not in said.out.replace("dates of 2024", "")
    assert agglo("register", "watch", "--since", "2099-01-01").out.startswith("No date on the list.")


def test_what_is_due_and_which_cards_it_concerns(agglo: Agglo, folder: Path) -> None:
    said = agglo("register", "watch", "--due")
    assert said.out.split("\n") == [
        "To be read again",
        "- Rule of the lake: due since 1 January 2020, read on 1 January 2019. A text",
        "",
    ]
    whole = agglo("register", "watch").out
    assert "- Rule of the lake: Depth of the lake" in whole
    assert "It begins (from memory)" in whole
    assert "ai-act-high-risk" not in whole
    assert re.search(r"^- AI Act[^\n]*: Depth of the lake", whole, re.MULTILINE)


def test_json(agglo: Agglo, folder: Path) -> None:
    content = {one["id"]: one for one in json.loads(agglo("register", "watch", "--json").out)}
    assert content["lake-rule"]["due"]
    assert content["lake-rule"]["cards_concerned"] == ["lake"]
    assert content["ai-act"]["dates"][1] == {
        "day": "2024-08-01",
        "what": {
            "fr": "Entrée en vigueur, vingt jours après la publication (article 113)",
            "en": "Entry into force, twenty days after publication (article 113)",
        },
    }
    assert [one["id"] for one in json.loads(agglo("register", "watch", "--due", "--json").out)] == ["lake-rule"]


@pytest.mark.parametrize("day", ["2026", "tomorrow", "24/11/2026", "2026-02-30"])
def test_a_day_that_is_none_is_refused(agglo: Agglo, day: str) -> None:
    said = agglo("register", "watch", "--since", day)
    assert said.code != 0
    assert f'--since: found "{day}", expected a day: YYYY-MM-DD' in said.err


def test_a_list_with_faults_is_refused_with_all_of_them(agglo: Agglo, folder: Path) -> None:
    (folder / "watch.yaml").write_text(yaml.safe_dump([{**OLD, "kind": "law", "certainty": "sure"}]), encoding="utf-8")
    said = agglo("register", "watch")
    assert said.code != 0
    assert "watch.yaml: lake-rule.kind" in said.err
    assert "watch.yaml: lake-rule.certainty" in said.err


def test_the_guide_tells_each_technique_and_who_uses_it(agglo: Agglo, folder: Path) -> None:
    said = agglo("register", "guide")
    assert said.code == 0
    for title in ("Rules written by people", "Statistics", "A simulation", "Learning from examples"):
        assert f"\n{title}\n" in f"\n{said.out}"
    rules = said.out.split("\nStatistics\n")[0]
    assert "Carbon sinks of soils and plants" in rules
    assert "Cards here           none here" in said.out.split("\nLearning from examples\n")[1]
    assert "1 card does not say which technique it uses: Depth of the lake." in said.out
    assert max(map(len, said.out.splitlines())) <= 100


def test_the_guide_in_french(agglo: Agglo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert "Des règles écrites par des personnes" in agglo("register", "guide").out


def test_the_guide_as_json(agglo: Agglo, folder: Path) -> None:
    content = json.loads(agglo("register", "guide", "--json").out)
    assert [one["id"] for one in content["techniques"]][-1] == "generative"
    assert content["techniques"][-1]["cards"] == []
    assert content["unsaid"] == ["lake"]
    assert content["techniques"][0]["measured"]["energy_kwh"] is None


@pytest.mark.parametrize("day", ["2027-9-1", "20270901", "September"])
def test_since_is_written_as_days_are(agglo: Agglo, day: str) -> None:
    said = agglo("register", "watch", "--since", day)
    assert said.code == 2
    assert "a day: YYYY-MM-DD" in said.err
