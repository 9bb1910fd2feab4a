"""``agglo deal``: a Local Green Deal as a contract: its text, who signed it, how far each commitment is."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder, choice, refuse
from agglo.cli.usage import Commands
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _, in_language, ngettext
from agglo.contract.numerals import number
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from agglo.store.workspace import Workspace
    from agglo.trust.deal.keeping import Added, Kept
    from agglo.trust.deal.sheet import Item, Line, Sheet

app = typer.Typer(
    cls=Commands, no_args_is_help=True, help=_("Local Green Deal: commitments, signatures, progress, export.")
)

_FORMATS = ("json", "html", "pdf")

DealReference = Annotated[
    str,
    typer.Argument(metavar="DEAL[@VERSION]", help=_("A deal (agglo deal list); its latest version if none is given.")),
]
OptionalReference = Annotated[
    str | None,
    typer.Argument(
        metavar="[DEAL[@VERSION]]",
        help=_("A deal (agglo deal list), or one that comes with agglo; the only one, or that of Paris-Saclay."),
    ),
]


@app.command("show", help=_("What a deal says, who signed it, and how far each commitment is."))
def show_(deal: OptionalReference = None, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.deal import export, sheet

    here = open_workspace(workspace)
    found = _find(here, deal)
    if as_json:
        show.as_json(export.content(here, found))
    else:
        typer.echo(_text(sheet.of(here, found)))


@app.command("list", help=_("Every deal and version of the workspace."))
def list_(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.deal import keeping, signing

    here = open_workspace(workspace)
    held = [one for name in keeping.names(here) for one in keeping.history(here, name)]
    if as_json:
        show.as_json([
            {"deal": one.deal.name, "version": one.version, "status": one.deal.status, "digest": one.digest,
             "kept": one.since, "parties": len(one.deal.parties), "signatures": len(signing.signatures(one)),
             "title": dict(one.deal.title)}
            for one in held
        ])  # fmt: skip
        return
    if not held:
        known = ", ".join(keeping.bundled_names())
        typer.echo(_('No deal kept yet. "agglo deal add" keeps one; with agglo come: {names}.').format(names=known))
        return
    cells = [
        (one.reference, _(_status(one)), f"{len(signing.signatures(one))} / {len(one.deal.parties)}", one.digest[:12],
         in_language(one.deal.title))
        for one in held
    ]  # fmt: skip
    typer.echo(show.table((_("deal"), _("status"), _("signed"), _("digest"), _("title")), cells, figures=(2,), wrap=4))


@app.command("add", help=_("Check a text and keep it as a new version: a draft, a deal, or an amendment."))
def add(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=_("YAML or JSON file, or the name of a deal that comes with agglo."))
    ],
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.trust.access import rights
    from agglo.trust.deal import keeping, reading

    path = Path(file)
    if path.is_file():
        deal = reading.read(path)
    elif file in keeping.bundled_names():
        deal = keeping.bundled(file).deal
    else:
        known = ", ".join(keeping.bundled_names())
        raise NotFound(
            _("No file {name}.").format(name=file),
            repair=_("Give the name of a file, or of a deal that comes with agglo: {names}.").format(names=known),
        )
    here = open_workspace(workspace)
    rights.of_operator(here, "add", rights.Asset("deal", deal.name))
    _tell_added(keeping.add(here, deal), as_json)


@app.command("open", help=_("Open a draft for signature: the same text, as a new version that may be signed."))
def open_(deal: DealReference, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.trust.access import rights
    from agglo.trust.deal import keeping

    here = open_workspace(workspace)
    rights.of_operator(here, "approve", rights.Asset("deal", deal))
    _tell_added(keeping.open_for_signature(here, deal), as_json)


@app.command("sign", help=_("Keep that a party agrees to the exact text; not a qualified electronic signature."))
def sign(
    deal: DealReference,
    party: Annotated[str, typer.Option(metavar="PARTY", help=_("Identifier of the party in the deal."))],
    by: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help=_('"Name, function" of who signs for it: a personal datum, kept for good with the deal.'),
        ),
    ],
    digest: Annotated[
        str, typer.Option(metavar="DIGEST", help=_("Digest of the text that was read; another text is refused."))
    ] = "",
    date: Annotated[str, typer.Option(metavar="DAY", help=_("Day of the signature, YYYY-MM-DD (else today)."))] = "",
    pdf: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("PDF signed elsewhere, to keep bound to this text."))
    ] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.trust.access import rights
    from agglo.trust.deal import signing

    here = open_workspace(workspace)
    rights.of_operator(here, "approve", rights.Asset("deal", deal))
    made = signing.sign(
        here, deal, party=party, by=by, digest=digest, signed=date, pdf=pdf
    )  # fmt: skip
    if as_json:
        show.as_json({**made.to_dict(), "notice": dict(signing.NOTICE)})
        return
    typer.echo(_("Kept: {party} agrees to the text {digest}").format(party=made.party, digest=made.digest))
    if made.pdf:
        typer.echo(_("  with the PDF {digest}, whose signature agglo has not checked").format(digest=made.pdf))
    typer.echo(show.paragraph(in_language(signing.NOTICE)))


@app.command("progress", help=_("Enter what is known of a commitment: from a kept run, or declared with its evidence."))
def progress(
    deal: DealReference,
    commitment: Annotated[str, typer.Argument(metavar="COMMITMENT", help=_("Identifier of the commitment."))],
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help=_("Kept run that gives the figure (agglo runs)."))
    ] = None,
    place: Annotated[
        str | None, typer.Option(metavar="CODE", help=_("Place of the run's figure (else the deal's territory)."))
    ] = None,
    year: Annotated[int | None, typer.Option(metavar="YEAR", help=_("Year the figure speaks of."))] = None,
    value: Annotated[
        float | None, typer.Option(metavar="NUMBER", help=_("Figure observed, declared by --author."))
    ] = None,
    unit: Annotated[str | None, typer.Option(metavar="UNIT", help=_("Its unit, that of the commitment."))] = None,
    author: Annotated[
        str | None, typer.Option(metavar="ROLE", help=_("Role of whoever declares it; no name, no address."))
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="TEXT", help=_("Where the figure or the evidence comes from."))
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("File that shows it; a copy is kept."))
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="DAY", help=_("Day of the evidence, YYYY-MM-DD (else today)."))
    ] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.trust.access import people, reading, rights
    from agglo.trust.deal import progress as entered

    observed = {
        "--value": value, "--unit": unit, "--author": author, "--source": source, "--evidence": evidence, "--date": date
    }  # fmt: skip
    here = open_workspace(workspace)
    rights.of_operator(here, "add", rights.Asset("deal", deal))
    if run is not None:
        given = [name for name, content in observed.items() if content is not None]
        repair = _("Enter the two one after the other.")
        refuse([Fault(name, _("given"), _("nothing, with --run"), repair) for name in given])
        found = reading.run(here, people.operator(here), run).id
        made = entered.from_run(here, deal, commitment, run=found, place=place or "", year=year)
    else:
        _check_observation(observed, place, year)
        words = {"author": author or "", "source": source or "", "date": date or ""}
        file = evidence or Path()
        if value is None:
            _tell_evidence(entered.attach(here, deal, commitment, evidence=file, **words).to_dict(), as_json)
            return
        made = entered.declare(
            here, deal, commitment, value=value, unit=unit or "", year=year or 0, evidence=file, **words
        )  # fmt: skip
    if as_json:
        show.as_json(made.to_dict())
    else:
        _tell_entry(here, deal, commitment)


@app.command("export", help=_("Write a deal as JSON with a published schema, as a page (HTML), or as a PDF."))
def export(
    deal: OptionalReference = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help=_("json, html or pdf."))] = "json",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("File to write (else NAME-VERSION in this folder)."))
    ] = None,
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.trust.deal import export as exports

    choice("--format", format, _FORMATS)
    here = open_workspace(workspace)
    found = _find(here, deal)
    version = str(found.version) if found.version else found.deal.status
    path = output or Path(f"{found.deal.name}-{version}.{format}")
    if not path.absolute().parent.is_dir():
        repair = _("Make it, or give another name.")
        raise InvalidInput(
            _("The deal cannot be written there."), [Fault(str(path.parent), _("no such folder"), repair=repair)]
        )
    exports.write(here, found, format, path)
    size = number(path.stat().st_size / 1000)
    typer.echo(_("Written: {file} ({size} kB)").format(file=path, size=size))


def _find(workspace: "Workspace", reference: str | None) -> "Kept":
    """The deal asked for; without one, the only kept one, or the bundled one where none is kept."""
    from agglo.trust.deal import keeping

    held = keeping.names(workspace)
    if reference is None and len(held) > 1:
        refuse([Fault("DEAL", _("nothing"), _("one of {values}").format(values=", ".join(held)))])
    name = reference or (held or keeping.bundled_names())[0]
    if name not in held and name in keeping.bundled_names():
        return keeping.bundled(name)
    return keeping.load(workspace, name)


def _status(kept: "Kept") -> str:
    from agglo.trust.deal.text import STATUSES

    return STATUSES[kept.deal.status]


def _tell_added(added: "Added", as_json: bool) -> None:
    kept = added.kept
    if as_json:
        changed = [one.to_dict() for one in added.changes]
        show.as_json({"deal": kept.deal.name, "version": kept.version, "digest": kept.digest, "new": added.new,
                      "changes": changed, "signatures_left": added.signatures_left})  # fmt: skip
        return
    said = _("Kept: {reference}") if added.new else _("Already kept, the same text: {reference}")
    typer.echo(said.format(reference=kept.reference))
    typer.echo(show.pairs({_("digest"): kept.digest, _("status"): _(_status(kept))}))
    if added.changes:
        from agglo.trust.deal.sheet import change_value

        typer.echo(_("What changed:"))
        typer.echo(
            show.notes(f"{one.where}: {change_value(one.before)} → {change_value(one.after)}" for one in added.changes)
        )
    if count := added.signatures_left:
        said = ngettext(
            "{count} signature stays with the version before: this text is to be signed again.",
            "{count} signatures stay with the version before: this text is to be signed again.",
            count,
        )
        typer.echo(show.paragraph(said.format(count=count)))


def _check_observation(observed: Mapping[str, object], place: str | None, year: int | None) -> None:
    """Refuse an observation that lacks a part; a figure needs them all, evidence alone needs no figure."""
    if all(content is None for content in observed.values()):
        refuse([Fault("--run", _("nothing"), _("a kept run, or an observation: --value, --unit, --year..."))])
    figure = any(observed[name] is not None for name in ("--value", "--unit")) or year is not None
    needed = ["--author", "--source", "--evidence", *(["--value", "--unit"] if figure else [])]
    faults = [Fault(name, _("nothing"), _("given, for an observation")) for name in needed if observed[name] is None]
    if figure and year is None:
        faults.append(Fault("--year", _("nothing"), _("given, for an observation")))
    if place is not None:
        faults.append(Fault("--place", place, _("nothing, without --run")))
    refuse(faults)


def _tell_evidence(kept: dict[str, object], as_json: bool) -> None:
    if as_json:
        show.as_json(kept)
    else:
        typer.echo(_("Evidence kept: {digest}").format(digest=kept["sha256"]))


def _tell_entry(workspace: "Workspace", deal: str, commitment: str) -> None:
    from agglo.trust.deal import keeping, sheet

    shown = sheet.of(workspace, keeping.load(workspace, deal))
    item = next(one for axis in shown.axes for one in axis.commitments if one.id == commitment)
    typer.echo("\n".join([_("Kept. {title}").format(title=item.title), *_figures(item)]))


def _text(shown: "Sheet") -> str:
    """A deal as people read it on a terminal."""
    head = [shown.title, shown.territory, show.pairs([(_("Status"), shown.state), *shown.facts])]
    head += [show.paragraph(text) for text in (f"{shown.warning} {shown.note}".strip(), shown.preamble) if text]
    parties = [(one.name, one.kind, one.signed) for one in shown.members]
    parts = ["\n".join(head)]
    for axis in shown.axes:
        parts += [axis.title.upper(), *(_commitment(item) for item in axis.commitments)]
    parts.append(show.table((_("Party"), _("Kind"), _("Signature")), parties, wrap=2))
    return "\n\n".join([*parts, show.paragraph(shown.notice)])


def _commitment(item: "Item") -> str:
    facts = {_("Bearer"): item.bearer, _("With"): item.partners, _("Indicator"): item.indicator}
    lines = [f"{item.id}: {item.title}", show.paragraph(item.text, lead="  ")]
    lines.append(show.pairs({name: said for name, said in facts.items() if said}))
    return "\n".join([*lines, *_figures(item)])


def _figures(item: "Item") -> list[str]:
    named = [(_("{what}:").format(what=one.what), one) for one in item.lines]
    lines = [show.paragraph(f"{_figure(one)}  {one.source}", lead=f"  {what} ") for what, one in named]
    return lines + [show.paragraph(one, lead="  - ") for one in item.remarks]


def _figure(line: "Line") -> str:
    share = _(", {share} of the way").format(share=line.share) if line.share else ""
    return f"{line.figure} ({line.year}){share}"
