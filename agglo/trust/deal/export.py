"""A deal for others: JSON that follows a published schema, a page, a PDF. Renderings, outside every digest."""

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from agglo.contract.language import _, language
from agglo.store.files import to_json, write_atomically
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping, progress, sheet, signing, standing
from agglo.trust.deal.keeping import AMENDED, Kept
from agglo.trust.deal.progress import Entry
from agglo.trust.deal.sheet import Sheet
from agglo.trust.deal.standing import Standing

FORMATS = ("json", "html", "pdf")
SCHEMA_ID = "urn:agglo:local-green-deal:1"
TEMPLATES = Path(__file__).parent / "templates"
_REPORT_TEMPLATES = Path(__file__).parents[2] / "studies" / "report" / "templates"


def schema() -> dict[str, Any]:
    """The published JSON Schema (2020-12) of the export; ``#/$defs/text`` is that of the text alone."""
    path = resources.files("agglo.trust.deal").joinpath("deal.schema.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def content(workspace: Workspace, kept: Kept) -> dict[str, Any]:
    """A version as JSON: the exact text and its digest, signatures, progress, evidence, amendments."""
    known = standing.standings(workspace, kept) if kept.version else standing.unkept(kept)
    history = [one for one in keeping.history(workspace, kept.deal.name) if one.version <= kept.version] or [kept]
    return {
        "schema": SCHEMA_ID,
        "digest": kept.digest,
        "version": kept.version or None,
        "kept": kept.since or None,
        "notice": dict(signing.NOTICE),
        "text": kept.deal.to_dict(),
        "signatures": [one.to_dict() for one in signing.signatures(kept)],
        "standing": [_standing(one) for one in known],
        "progress": [
            entry.to_dict()
            for one in history
            for commitment in one.deal.commitments
            for entry in progress.entries(one, commitment)
        ],
        "evidence": [file.to_dict() for one in known for file in one.evidence],
        "amendments": [_amendment(one, event) for one in history for event in one.events(AMENDED)],
    }


def _standing(known: Standing) -> dict[str, Any]:
    return {
        "commitment": known.commitment.id,
        "from_run": _figure(known.modelled, known),
        "declared": _figure(known.declared, known),
        "projected": _figure(known.projected, known),
        "no_evidence_since": None if known.has_evidence else known.since,
    }


def _figure(entry: Entry | None, known: Standing) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {"value": entry.value, "unit": entry.unit, "year": entry.year, "share_of_way": known.share(entry)}


def _amendment(kept: Kept, event: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("from", "from_digest", "digest", "changes", "signatures_left")
    return {"version": kept.version, "at": event["at"], **{key: event[key] for key in keys}}


def write(workspace: Workspace, kept: Kept, form: str, path: Path) -> None:
    """Write a version as ``json``, ``html`` or ``pdf``.

    Raises
    ------
    MissingExtra
        A PDF is asked for without Typst.
    """
    if form == "pdf":
        from agglo.studies.report import pdf

        source = (TEMPLATES / "deal.typ").read_text(encoding="utf-8")
        pdf.write(path, source, {"data.json": to_json(_for_typst(sheet.of(workspace, kept)))})
        return
    made = to_json(content(workspace, kept)) if form == "json" else page(sheet.of(workspace, kept)).encode()
    write_atomically(path, made)


def page(shown: Sheet) -> str:
    """The deal as one HTML page that needs nothing else: no script, no request."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([TEMPLATES, _REPORT_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _}
    text: str = environment.get_template("deal.html.j2").render(deal=shown, lang=language(), apart=apart())
    return text


def _for_typst(shown: Sheet) -> dict[str, Any]:
    """The sheet, and the words of the template."""
    words = {
        "parties": _("Parties"),
        "party": _("Party"),
        "kind": _("Kind"),
        "role": _("Role"),
        "signature": _("Signature"),
        "in_short": _("Where each commitment stands"),
        "commitment": _("Commitment"),
        "baseline": _("Baseline"),
        "target": _("Target"),
        "from_run": _("From a run"),
        "declared": _("Declared"),
        "bearer": _("Bearer"),
        "partners": _("With"),
        "indicator": _("Indicator"),
        "what": _("What"),
        "figure": _("Figure"),
        "year": _("Year"),
        "share": _("Share of the way"),
        "source": _("Source"),
        "amendments": _("Amendments"),
        "where": _("Where"),
        "before": _("Before"),
        "after": _("After"),
        "sources": _("Sources"),
        "text_of": _("The text"),
        "digest": _("Digest"),
        "apart": apart(),
    }
    return {"deal": shown.to_dict(), "words": words}


def apart() -> str:
    """Why a figure of a run and a declared one stand side by side."""
    return _(
        "A figure from a kept run and a declared one stand side by side: they are neither added nor averaged. The "
        "share of the way is 0% at the baseline and 100% at the target."
    )
