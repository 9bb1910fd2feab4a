"""``agglo register export`` and ``import``: cards as the documents that others ask for, and back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder, choice, refuse
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _, in_language, ngettext
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from agglo.trust.register.exporting import Document
    from agglo.trust.register.exports import Target
    from agglo.trust.register.imports import Imported, Repair

KINDS = ("crpa", "dutch", "uk")
"""Records that can be read, each by the module of agglo.trust.register.imports of that name."""


def register(commands: typer.Typer) -> None:
    """Add to ``agglo register``."""
    commands.command("export", help=_("Cards as a document that a law or another register asks for."))(export)
    commands.command("import", help=_("Make cards of the records of another register; every repair is told."))(import_)


def export(
    cards: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID",
            help=_("Cards (agglo register list); else all that hold a system and that the target is about."),
        ),
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="TARGET", help=_("Which document: see --list."))] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("File to write; in an existing folder, one file a card."))
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=_("Write nothing unless all that is required is there."))
    ] = False,
    drafts: Annotated[
        bool, typer.Option("--drafts", help=_("Take cards as they are in hand, published or not."))
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", "--verbose", help=_("Name everything that is lacking, what is optional too."))
    ] = False,
    known: Annotated[bool, typer.Option("--list", help=_("Every target, what it is for and its source."))] = False,
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.cli import register_export_text as text
    from agglo.trust.access import people
    from agglo.trust.register import clock, exporting

    if known:
        typer.echo(_targets())
        return
    target, here = _target(to), open_workspace(workspace)
    chosen = exporting.chosen(here, people.operator(here), target, cards or (), drafts=drafts)
    left = list(text.left_out(chosen, every=every))
    _say(left)
    if not chosen.subjects:
        raise _nobody(target.id, drafts=drafts)
    found = chosen.subjects
    groups = [[one] for one in found] if output and output.is_dir() else [found]
    documents = [exporting.document(target, group, today=clock.today(here)) for group in groups]
    _say(text.told(documents, every=every, room=text.MOST_LINES - len(left)))
    if strict and not all(one.is_valid for one in documents):
        raise InvalidInput(
            _('Nothing was written: "{target}" requires what is lacking or wrong above.').format(target=target.id)
        )
    _write(documents, [group[0].id for group in groups], output)


def _write(documents: "Sequence[Document]", names: Sequence[str], output: Path | None) -> None:
    from agglo.store.files import write_atomically

    for one, name in zip(documents, names, strict=True):
        if output is None:
            typer.echo(one.exported.content, nl=False)
            _say([] if one.is_valid else [_("Written, incomplete: what is required above is not there.")])
            continue
        path = output / f"{name}.{one.target.extension}" if output.is_dir() else output
        write_atomically(path, one.exported.content)
        said = _("Written: {file}") if one.is_valid else _("Written, incomplete: {file}")
        typer.echo(said.format(file=path))


def _target(asked: str | None) -> "Target":
    from agglo.trust.register import exports

    if asked is None:
        refuse([Fault("--to", _("nothing"), _("one of {values}").format(values=", ".join(exports.targets())))])
    return exports.find(asked or "")


def _nobody(target: str, *, drafts: bool) -> NotFound:
    """That a document of the whole register would hold nothing."""
    repair = _("Publish the cards it is about, or add --drafts to take them as they are in hand.")
    said = _('The register holds no card that "{target}" is about.').format(target=target)
    return NotFound(said, repair="" if drafts else repair)


def _say(lines: "Iterable[str]") -> None:
    """Lines on standard error."""
    for line in lines:
        typer.echo(line, err=True)


def _targets() -> str:
    from agglo.trust.register import exports

    parts = []
    for one in exports.targets().values():
        lines = [show.paragraph(f"{one.id}{_(':')} {_(one.title)}")]
        lines += [show.paragraph(_(text), lead="  ") for text in (one.about, one.source)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("File of records: CSV or JSON."))],
    kind: Annotated[
        str, typer.Option("--from", metavar="KIND", help=_("Which register it is from: crpa, dutch or uk."))
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Tell what would be made, and write nothing."))] = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help=_("Change the cards of the same identifiers; what a record leaves out stays.")),
    ] = False,
    prefix: Annotated[str, typer.Option(metavar="TEXT", help=_("Text that every identifier begins with."))] = "",
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from importlib import import_module

    from agglo.trust.access import people
    from agglo.trust.register import importing

    choice("--from", kind, KINDS)
    content = _content(file)
    here = open_workspace(workspace)
    found: list[Imported] = import_module(f"agglo.trust.register.imports.{kind}").read(content)
    person = people.operator(here)
    ready = importing.prepared(here, person, found, prefix=prefix, replace=replace)
    refused = importing.refused(here, person, ready, replace=replace) if dry_run else None
    if not dry_run:
        importing.keep(here, person, ready, replace=replace)
    if as_json:
        show.as_json([_record(one) for one in ready])
    else:
        typer.echo(_made(ready, "" if refused else _count(len(ready), dry_run=dry_run)))
    if refused:
        raise refused


def _content(file: Path) -> bytes:
    if not file.is_file():
        got = _("{name} is a folder.") if file.is_dir() else _("No file {name}.")
        raise NotFound(got.format(name=file), repair=_("Give the name of a file."))
    return file.read_bytes()


def _record(one: "Imported") -> dict[str, object]:
    titled = in_language(one.card.maker.title)
    return {"id": one.id, "title": titled or None, "repairs": [asdict(each) for each in one.repairs]}


def _made(ready: "Sequence[Imported]", end: str) -> str:
    if not ready:
        return _("No record in this file.")
    rows = [(one.id, str(len(one.repairs)), in_language(one.card.maker.title) or _("no title")) for one in ready]
    parts = [show.table((_("card"), _("repairs"), _("title")), rows, figures=(1,), wrap=2)]
    told = [f"{one.id}{_(':')} {said}" for one in ready for said in _said(one)]
    if told:
        parts.append(show.notes(told))
    return "\n\n".join(filter(None, [*parts, end]))


def _count(count: int, *, dry_run: bool) -> str:
    if dry_run:
        said = ngettext("{count} card would be made; nothing was written.",
                        "{count} cards would be made; nothing was written.", count)  # fmt: skip
    else:
        said = ngettext("{count} card written to the register.", "{count} cards written to the register.", count)
    return said.format(count=count)


def _said(one: "Imported") -> "Iterator[str]":
    """What there is to tell of a record: that it has no title, and every repair."""
    if not in_language(one.card.maker.title):
        yield _("this record has no title: its card has none")
    yield from map(_repair, one.repairs)


def _repair(one: "Repair") -> str:
    if one.made and one.found:
        said = _('{where}: "{found}" became "{made}"')
    elif one.made:
        said = _('{where}: "{made}" was put there')
    else:
        said = _('{where}: "{found}" was left out')
    text = said.format(where=one.where, found=_shortened(one.found), made=_shortened(one.made))
    return f"{text} ({one.why})" if one.why else text


def _shortened(text: str, most: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."
