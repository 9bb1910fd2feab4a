import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agglo.runs.run import Run
from agglo.store import digest
from agglo.store.workspace import Workspace
from agglo.trust.deal import export, keeping, progress, reading, sheet, signing
from agglo.trust.deal.fields import SHORT_NAME
from agglo.trust.deal.keeping import Kept
from agglo.trust.deal.text import AXES, KINDS, STATUSES

from .conftest import Content

SAID = {"author": "officer", "source": "a <b>survey</b> & more"}


@pytest.fixture
def lived(workspace: Workspace, content: Content, run_of: Callable[..., Run], evidence: Path, tmp_path: Path) -> Kept:
    """A deal that was amended, signed and followed."""
    keeping.add(workspace, reading.from_dict({**content, "status": "draft"}))
    keeping.open_for_signature(workspace, "small")
    pdf = tmp_path / "signed.pdf"
    pdf.write_bytes(b"%PDF-1.7")
    signing.sign(workspace, "small", party="agglo", by="A B, president", pdf=pdf)
    progress.from_run(workspace, "small", "land", run=run_of().id)
    progress.declare(workspace, "small", "land", value=30.5, unit="ha/yr", year=2025, evidence=evidence, **SAID)
    progress.attach(workspace, "small", "charter", evidence=evidence, **SAID)
    return keeping.load(workspace, "small")


def validate(content: Any) -> None:
    schema = export.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(content)


def test_the_export_follows_the_published_schema(workspace: Workspace, lived: Kept) -> None:
    content = export.content(workspace, lived)
    validate(json.loads(json.dumps(content)))
    assert content["schema"] == export.schema()["$id"]
    assert content["digest"] == digest.of_json(content["text"]) == content["signatures"][0]["digest"]
    assert "not a qualified electronic signature" in content["notice"]["en"]
    assert [one["basis"] for one in content["progress"]] == ["run", "declared"]
    assert len(content["evidence"]) == 2
    assert content["amendments"][0]["changes"] == [{"where": "status", "before": "draft", "after": "open"}]
    land = content["standing"][0]
    assert (land["from_run"]["share_of_way"], land["declared"]["value"], land["no_evidence_since"]) == (0.5, 30.5, None)
    assert content["standing"][1]["no_evidence_since"] == "2026-01-15"


def test_a_bundled_text_follows_the_schema_too(workspace: Workspace) -> None:
    content = export.content(workspace, keeping.bundled("paris-saclay"))
    validate(content)
    assert (content["version"], content["kept"], content["signatures"]) == (None, None, [])


def test_an_older_version_is_exported_as_it_was(workspace: Workspace, lived: Kept) -> None:
    content = export.content(workspace, keeping.load(workspace, "small@1"))
    validate(content)
    assert (content["signatures"], content["progress"], content["amendments"]) == ([], [], [])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one["text"]["commitments"][0].pop("target"),
        lambda one: one["text"]["commitments"][0]["target"].pop("unit"),
        lambda one: one["text"]["commitments"][0].update(axis="space"),
        lambda one: one["signatures"][0].pop("digest"),
        lambda one: one["progress"][0].pop("run"),
        lambda one: one["progress"][1].pop("evidence"),
        lambda one: one.update(more=1),
    ],
)
def test_the_schema_refuses_what_is_not_a_deal(workspace: Workspace, lived: Kept, spoil: Callable) -> None:
    content = json.loads(json.dumps(export.content(workspace, lived)))
    spoil(content)
    with pytest.raises(jsonschema.ValidationError):
        validate(content)


def test_the_schema_and_the_reader_know_the_same_words() -> None:
    parts = export.schema()["$defs"]
    assert parts["commitment"]["properties"]["axis"]["enum"] == list(AXES)
    assert parts["party"]["properties"]["kind"]["enum"] == list(KINDS)
    assert parts["text"]["properties"]["status"]["enum"] == list(STATUSES)
    assert parts["name"]["pattern"] == f"^{SHORT_NAME.pattern}$"
    assert set(parts["text"]["properties"]) == set(reading._DEAL)
    assert set(parts["commitment"]["properties"]) == set(reading._COMMITMENT)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_asks_for_nothing_and_is_accessible(
    workspace: Workspace, lived: Kept, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", language)
    text = export.page(sheet.of(workspace, lived))
    assert f'<html lang="{language}">' in text
    assert not re.search(r"https?:|<script|<img|<link[^>]+stylesheet|url\(|@import", text)
    assert text.count("<h1") == 1
    assert text.count("<table") == text.count("<caption") == text.count("</table>")
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert set(re.findall(r'aria-labelledby="([^"]+)"', text)) <= set(ids)
    assert "a &lt;b&gt;survey&lt;/b&gt; &amp; more" in text
    assert "910/2014" in text
    assert lived.digest in text
    assert "A B, president" in text


def test_a_draft_says_so_first(workspace: Workspace) -> None:
    text = export.page(sheet.of(workspace, keeping.bundled("paris-saclay")))
    assert text.index("Draft: approved by nobody") < text.index("<main")
    assert "no evidence since 2026-11-24" in text
    assert "no target set yet" in text


def test_the_pdf_holds_the_deal(workspace: Workspace, lived: Kept, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    export.write(workspace, lived, "pdf", tmp_path / "deal.pdf")
    read = pypdf.PdfReader(io.BytesIO((tmp_path / "deal.pdf").read_bytes()))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read.pages))
    assert read.metadata.title == "Small deal"
    for said in ("A B, president", "From a kept run (modelled)", "30.5", "no evidence since", lived.digest[:16]):
        assert said in text
    assert "not a qualified electronic signature" in text
