"""``agglo deal``: from a text to signatures, progress and exports."""

import json
from pathlib import Path

import pytest
import yaml

from tests import cards

from .conftest import Agglo, shell_model

INDICATOR = '{"name": "climate.emissions-index", "value": 83, "unit": "%", "place": "200056232", "year": 2024}'
OBSERVED = ("--value", 88, "--unit", "%", "--year", 2023, "--author", "energy officer", "--source", "the utilities")


@pytest.fixture
def opened(agglo: Agglo) -> Agglo:
    """Commands on a workspace where the draft of Paris-Saclay was kept and opened."""
    assert agglo("deal", "add", "paris-saclay").code == 0
    assert agglo("deal", "open", "paris-saclay").code == 0
    return agglo


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    path = tmp_path / "bills.csv"
    path.write_text("kWh\n1\n", encoding="utf-8")
    return path


def test_the_bundled_draft_is_shown_where_none_is_kept(agglo: Agglo) -> None:
    said = agglo("deal", "show")
    assert said.code == 0
    assert "Local Green Deal of Paris-Saclay" in said.out
    assert "Draft: approved by nobody" in said.out
    assert "No evidence since 2026-11-24." in said.out
    assert "No target set yet" in said.out
    assert all(axis in said.out for axis in ("GOVERNANCE", "ENERGY TRANSITION", "MOBILITY", "TOURISM"))
    assert "No deal kept yet" in agglo("deal", "list").out
    assert agglo("deal", "show", "paris").code == 2


def test_adding_opening_and_amending_make_versions(opened: Agglo, tmp_path: Path) -> None:
    opened("deal", "sign", "paris-saclay", "--party", "paris-saclay", "--by", "A B, president")
    content = json.loads(opened("deal", "show", "--json").out)["text"]
    content["commitments"][3]["target"]["value"] = 60
    path = tmp_path / "new.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    said = opened("deal", "add", path)
    assert "Kept: paris-saclay@3" in said.out
    assert "commitments.greenhouse-gases.target.value: 66 → 60" in said.out
    assert "1 signature stays with the version before" in said.out
    assert "Already kept, the same text: paris-saclay@3" in opened("deal", "add", path).out
    rows = json.loads(opened("deal", "list", "--json").out)
    assert [(one["version"], one["status"], one["signatures"]) for one in rows] == [
        (1, "draft", 0), (2, "open", 1), (3, "open", 0)
    ]  # fmt: skip
    assert "replaced by version 3" in opened("deal", "show", "paris-saclay@2").out


def test_a_file_with_faults_is_refused_with_all_of_them(agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "deal.yaml").write_text("name: x\ntitel: y\n", encoding="utf-8")
    said = agglo("deal", "add", "deal.yaml")
    assert said.code == 2
    assert 'titel: found an unknown key, expected a key of this part. Did you mean "title"?' in said.err
    assert said.err.count("  - ") > 4
    assert "paris-saclay" in agglo("deal", "add", "nothing.yaml").err


def test_signing_says_what_it_is_not(opened: Agglo, tmp_path: Path) -> None:
    digest = json.loads(opened("deal", "show", "--json").out)["digest"]
    (tmp_path / "signed.pdf").write_bytes(b"%PDF-1.7")
    said = opened(
        "deal", "sign", "paris-saclay", "--party", "hub-france-ia", "--by", "A B, director", "--digest", digest,
        "--pdf", "signed.pdf",
    )  # fmt: skip
    assert said.code == 0
    assert digest in said.out
    assert "whose signature agglo has not checked" in said.out
    assert "not a qualified electronic signature" in said.out.replace("\n", " ").replace("  ", " ")
    assert "A B, director, on" in opened("deal", "show").out
    again = opened("deal", "sign", "paris-saclay", "--party", "hub-france", "--by", "A B", "--digest", "0" * 64)
    assert again.code == 2
    assert 'Did you mean "hub-france-ia"' in again.err
    assert "read it again before signing" in again.err


def test_a_draft_is_not_signed(agglo: Agglo) -> None:
    agglo("deal", "add", "paris-saclay")
    said = agglo("deal", "sign", "paris-saclay", "--party", "paris-saclay", "--by", "A B, president")
    assert said.code == 2
    assert '"agglo deal open paris-saclay" opens it for signature' in said.err


def test_progress_from_a_run_and_declared(opened: Agglo, tmp_path: Path, evidence: Path) -> None:
    answer = f"""echo '{{"indicators": [{INDICATOR}]}}' > "$out/outputs.json"\n"""
    model = shell_model(tmp_path / "model", answer)
    run = json.loads(opened("run", model, "--json").out)["id"]
    refused = opened("deal", "progress", "paris-saclay", "greenhouse-gases", "--run", run)
    assert refused.code == 2
    assert "a draft, which feeds no deal" in refused.err
    assert "authority.state" in refused.err

    (model / "card.yaml").write_text(yaml.safe_dump(cards.maker()), encoding="utf-8")
    register = tmp_path / "workspace" / "register" / "test.script.yaml"
    register.write_text(yaml.safe_dump(cards.authority()), encoding="utf-8")
    run = json.loads(opened("run", model, "--json").out)["id"]
    said = opened("deal", "progress", "paris-saclay", "greenhouse-gases", "--run", run)
    assert (said.code, said.err) == (0, "")
    assert "From a kept run (modelled): 83% (2024), 50% of the way" in said.out

    said = opened("deal", "progress", "paris-saclay", "greenhouse-gases", *OBSERVED, "--evidence", evidence)
    assert "From a kept run (modelled): 83% (2024), 50% of the way" in said.out
    assert "Declared: 88% (2023), 35% of the way" in said.out
    assert "by: energy officer" in said.out


def test_evidence_without_a_figure(opened: Agglo, evidence: Path) -> None:
    words = ("--evidence", evidence, "--author", "officer", "--source", "the council's minutes", "--date", "2026-03-02")
    said = opened("deal", "progress", "paris-saclay", "charter", *words)
    assert "Evidence kept:" in said.out
    assert "Evidence of 2026-03-02: the council's minutes" in opened("deal", "show").out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "a kept run, or an observation"),
        (("--run", "x", "--value", "3"), "--value: found given, expected nothing, with --run"),
        (("--value", "3"), "--evidence: found nothing"),
        (("--value", "3"), "--year: found nothing"),
        ((*OBSERVED, "--place", "91272", "--evidence", "x"), "--place: found 91272"),
        (("--run", "0000"), 'No run "0000"'),
    ],
)
def test_words_that_do_not_go_together_are_refused(opened: Agglo, words: tuple, expected: str) -> None:
    said = opened("deal", "progress", "paris-saclay", "energy", *words)
    assert said.code == 2
    assert expected in said.err


@pytest.mark.parametrize("form", ["json", "html"])
def test_export(agglo: Agglo, form: str, tmp_path: Path) -> None:
    said = agglo("deal", "export", "--format", form)
    assert said.code == 0
    assert f"Written: paris-saclay-draft.{form}" in said.out
    assert "910/2014" in (tmp_path / f"paris-saclay-draft.{form}").read_text(encoding="utf-8")
    assert agglo("deal", "export", "--format", form, "--output", f"nowhere/x.{form}").code == 2
    assert "one of json, html, pdf" in agglo("deal", "export", "--format", "docx").err


def test_export_as_pdf(agglo: Agglo, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    assert agglo("deal", "export", "--format", "pdf", "--output", "deal.pdf").code == 0
    assert (tmp_path / "deal.pdf").read_bytes().startswith(b"%PDF-")
