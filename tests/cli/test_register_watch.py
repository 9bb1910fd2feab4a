"""``agglo register watch`` and ``guide``."""

import datetime
import json
import re
from pathlib import Path

import pytest
import yaml

from agglo.cli import register_watch

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


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_watch, "_today", lambda: datetime.date(2026, 11, 24))


@pytest.fixture
def folder(agglo: Agglo, tmp_path: Path) -> Path:
    """The workspace, with a watch list of its own and a card of a high-risk system."""
    assert agglo("config", "show").code == 0
    root = tmp_path / "workspace"
    (root / "watch.yaml").write_text(yaml.safe_dump([OLD], allow_unicode=True), encoding="utf-8")
    (root / "register" / "lake.yaml").write_text("ai_act_class: high-risk\n", encoding="utf-8")
    return root


def test_dates_are_in_order_with_a_line_before_those_to_come(agglo: Agglo) -> None:
    said = agglo("register", "watch")
    assert said.code == 0
    days = re.findall(r"^(\d{4}(?:-\d\d)*) ", said.out.split("\n\n")[0], re.MULTILINE)
    assert len(days) > 25
    assert days == sorted(days)
    before, _rule, after = said.out.partition("2026-12-02")
    assert before.rstrip().endswith("-")
    assert "2027-12-02" in after
    assert "(reported by others)" in said.out
    assert "Nothing has to be read again by 2026-11-24." in said.out


def test_since_a_day(agglo: Agglo) -> None:
    said = agglo("register", "watch", "--since", "2027-09-01")
    assert "2027-12-02" in said.out
    assert "2027-08-02" not in said.out
    assert "2024" not in said.out.replace("dates of 2024", "")
    assert agglo("register", "watch", "--since", "2099-01-01").out.startswith("No date on the list.")


def test_what_is_due_and_which_cards_it_concerns(agglo: Agglo, folder: Path) -> None:
    said = agglo("register", "watch", "--due")
    assert said.out.split("\n") == [
        "To be read again",
        "- lake-rule: due since 2020-01-01, read on 2019-01-01. A text",
        "",
    ]
    whole = agglo("register", "watch").out
    assert "- lake-rule: lake" in whole
    assert "It begins (from memory)" in whole
    concerned = next(line for line in whole.splitlines() if line.startswith("- ai-act-high-risk"))
    assert "ai-act-high-risk: lake" in concerned


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
    assert "land.sinks" in rules
    assert "Cards here           none here" in said.out.split("\nLearning from examples\n")[1]
    assert "1 card does not say which technique it uses: lake." in said.out
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
