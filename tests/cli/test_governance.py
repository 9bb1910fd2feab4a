"""``agglo body``, ``agglo opinion``, ``agglo responsibility``: from an empty workspace to a reply that is owed."""

import json
from pathlib import Path

import pytest

from .conftest import Agglo

OPINION = """
id: leaks
from: {fr: Habitants, en: Residents}
on: card:aquavance
given: 2026-01-10
received: 2026-01-12
reply_due: 2026-02-12
title: {fr: Avis sur les fuites, en: Opinion on leaks}
wording: verbatim
points: [{fr: Dire qui paie, en: Say who pays}]
source: {fr: réunion, en: meeting}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leaks.yaml"
    path.write_text(OPINION, encoding="utf-8")
    return path


def governance(folder: Path, name: str, text: str) -> None:
    (folder / "workspace" / "governance").mkdir(exist_ok=True)
    (folder / "workspace" / "governance" / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_the_bodies_that_are_known_and_what_is_not_said_of_them(agglo: Agglo) -> None:
    said = agglo("body", "list")
    assert said.code == 0
    assert "conseil-de-developpement" in said.out
    assert "members not said" in said.out
    (known,) = json.loads(agglo("body", "list", "--json").out)
    assert (known["level"], known["members"]) == ("advise", None)
    shown = agglo("body", "show", "conseil-de-developpement").out
    assert "Advises" in shown
    assert "avis-codev-2023" in shown
    assert json.loads(agglo("body", "show", "conseil-de-developpement", "--json").out)["opinions"] == [
        "avis-codev-2023"
    ]
    assert 'Did you mean "conseil-de-developpement"?' in agglo("body", "show", "conseil-developpement").err


def test_an_opinion_is_kept_and_its_reply_is_owed_then_given_late(agglo: Agglo, file: Path) -> None:
    said = agglo("opinion", "add", file)
    assert "Kept: opinion leaks. Card: Reduce leaks of drinking water (Aquavance)" in said.out
    assert "The reply is overdue since 2026-02-12." in said.out
    assert "card:aquavance" not in agglo("opinion", "list").out
    assert "Card: Reduce leaks of drinking water (Aquavance)" in " ".join(agglo("opinion", "list").out.split())
    assert "Card: Reduce leaks of drinking water (Aquavance)" in agglo("opinion", "show", "leaks").out
    assert "reply overdue" in agglo("opinion", "list").out
    assert json.loads(agglo("opinion", "show", "leaks", "--json").out)["standing"] == "overdue"
    shown = agglo("opinion", "show", "leaks").out
    assert "Points, in the words of the opinion:" in shown
    assert "- Say who pays" in shown
    said = agglo("opinion", "reply", "leaks", "--text", "L'agglomération.", "--by", "vice-présidence")
    assert said.out == "Reply kept: replied late.\n"
    assert "L'agglomération." in agglo("opinion", "show", "leaks").out
    rows = {one["id"]: one["standing"] for one in json.loads(agglo("opinion", "list", "--json").out)}
    assert rows == {"leaks": "replied late", "avis-codev-2023": "undated"}
    assert agglo("opinion", "add", file).code == 2


def test_a_reply_that_is_owed_later_is_no_late_one(agglo: Agglo, file: Path) -> None:
    file.write_text(OPINION.replace("2026-02-12", "2099-02-12"), encoding="utf-8")
    said = agglo("opinion", "add", file)
    assert "A reply is owed by 2099-02-12." in said.out
    assert "overdue" not in said.out


def test_every_fault_of_an_opinion_is_told_at_once(agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(OPINION.replace("verbatim", "mine").replace("2026-01-12", "2025-01-12"), "utf-8")
    said = agglo("opinion", "add", "bad.yaml")
    assert said.code == 2
    assert "received: found 2025-01-12, expected 2026-01-10 or later" in said.err
    assert "wording: found 'mine'" in said.err
    assert agglo("opinion", "reply", "leaks", "--text", "x", "--by", "x").code == 2


def test_a_file_that_is_printed_can_be_filled_in_and_kept(agglo: Agglo, tmp_path: Path) -> None:
    lines = agglo("opinion", "template").out.splitlines()
    kept = [line[1:] for line in lines if line.startswith("#") and (line[1:2] != " " or line[1:3] == "  ")]
    (tmp_path / "filled.yaml").write_text("\n".join(kept), encoding="utf-8")
    assert "Kept: opinion residents-leaks" in agglo("opinion", "add", "filled.yaml").out


def test_files_of_governance_are_written_once(agglo: Agglo) -> None:
    said = agglo("responsibility", "template")
    assert said.out.count("Written: ") == 5
    assert "5 files were there already" in agglo("responsibility", "template").out
    assert "Nobody is said to answer for anything." in agglo("responsibility", "list").out


def test_who_answers_for_what_and_the_rights_of_it(agglo: Agglo, tmp_path: Path) -> None:
    lacking = agglo("responsibility", "gaps").out
    assert "model:land.sinks" in lacking
    assert "Model: Carbon sinks" in lacking
    governance(
        tmp_path,
        "responsibilities",
        "- {asset: 'model:land.sinks', role: owner, holder: culture, account: bob}\n"
        "- {asset: 'model:land.sinks', role: steward, holder: finances}\n",
    )
    listing = agglo("responsibility", "list").out
    assert "Culture" in listing
    assert "Model: Carbon sinks of soils and plants" in " ".join(listing.split())
    assert "model:land.sinks" not in listing
    found = json.loads(agglo("responsibility", "list", "--json").out)
    assert [(one["raci"], bool(one["rights"])) for one in found] == [("accountable", True), ("responsible", False)]
    left = [one["asset"] for one in json.loads(agglo("responsibility", "gaps", "--json").out)]
    assert "model:land.sinks" not in left
    listed = agglo("access", "list").out
    assert "governance/responsibilities.yaml" in listed
    assert "responsibility: Owner" in " ".join(listed.split())
    refused = agglo("access", "revoke", "account:bob", "approve", "model:land.sinks")
    assert refused.code == 2
    assert "Change the file governance/responsibilities.yaml" in refused.err


def test_a_faulty_file_is_told_and_gives_no_right(agglo: Agglo, tmp_path: Path) -> None:
    assert agglo("body", "list").code == 0
    governance(tmp_path, "responsibilities", "- {asset: 'modl:x', role: ownr, holder: culture, account: bob}\n")
    said = agglo("responsibility", "list")
    assert said.code == 2
    assert "governance/responsibilities.yaml: #1.asset: found modl:x" in said.err
    assert 'Did you mean "owner"?' in said.err
    listed = agglo("access", "list")
    assert "No right was given" in listed.out
    assert "are not in force: it cannot be read" in listed.err
