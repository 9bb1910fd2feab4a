"""``agglo register export`` and ``import``: cards as the documents that others ask for, and back."""

import datetime
from collections.abc import Iterable, Sequence
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
    from agglo.trust.register.exports import Lack
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
        typer.Argument(metavar="ID", help=_("Cards (agglo register list); else all that the target is about.")),
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="TARGET", help=_("Which document: see --list."))] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("File to write; in an existing folder, one file a card."))
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=_("Write nothing unless all that is required is there."))
    ] = False,
    known: Annotated[bool, typer.Option("--list", help=_("Every target, what it is for and its source."))] = False,
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.trust.access import people
    from agglo.trust.register import exporting, exports

    if known:
        typer.echo(_targets())
        return
    if to is None:
        refuse([Fault("--to", _("nothing"), _("one of {values}").format(values=", ".join(exports.targets())))])
    target = exports.find(to or "")
    here = open_workspace(workspace)
    found = exporting.chosen(here, people.operator(here), target, cards or ())
    groups = [[one] for one in found] if output and output.is_dir() else [found]
    today = datetime.datetime.now(datetime.UTC).date()
    documents = [exporting.document(target, group, today=today) for group in groups]
    _tell(documents)
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
            continue
        path = output / f"{name}.{one.target.extension}" if output.is_dir() else output
        write_atomically(path, one.exported.content)
        typer.echo(_("Written: {file}").format(file=path))


def _tell(documents: "Iterable[Document]") -> None:
    """What documents lack and what is wrong with them, on standard error, a line each."""
    for one in documents:
        for name, lack in one.lacks:
            typer.echo(_lacking(name, lack), err=True)
        for name, fault in one.faults:
            typer.echo(f"{name}: {fault}" if name else fault, err=True)


def _lacking(name: str, lack: "Lack") -> str:
    from agglo.contract.card import label

    parts = [name] if name else []
    asked = _("{field} is required and not said") if lack.required else _("{field} is asked and not said")
    parts.append(asked.format(field=lack.target_field))
    if lack.entry:
        parts.append(_('fill "{label}" ({entry})').format(label=label(lack.entry), entry=lack.entry))
    return ": ".join([*parts, lack.why] if lack.why else parts)


def _targets() -> str:
    from agglo.trust.register import exports

    parts = []
    for one in exports.targets().values():
        lines = [show.paragraph(f"{one.id}: {_(one.title)}")]
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
    if not dry_run:
        importing.keep(here, person, ready, replace=replace)
    if as_json:
        show.as_json([{"id": one.id, "repairs": [asdict(each) for each in one.repairs]} for one in ready])
    else:
        typer.echo(_made(ready, dry_run=dry_run))


def _content(file: Path) -> bytes:
    if not file.is_file():
        got = _("{name} is a folder.") if file.is_dir() else _("No file {name}.")
        raise NotFound(got.format(name=file), repair=_("Give the name of a file."))
    return file.read_bytes()


def _made(ready: "Sequence[Imported]", *, dry_run: bool) -> str:
    if not ready:
        return _("No record in this file.")
    rows = [(one.id, str(len(one.repairs)), in_language(one.card.maker.title) or "-") for one in ready]
    parts = [show.table((_("card"), _("repairs"), _("title")), rows, figures=(1,), wrap=2)]
    told = [f"{one.id}: {_repair(each)}" for one in ready for each in one.repairs]
    if told:
        parts.append(show.notes(told))
    count = len(ready)
    if dry_run:
        said = ngettext("{count} card would be made; nothing was written.",
                        "{count} cards would be made; nothing was written.", count)  # fmt: skip
    else:
        said = ngettext("{count} card written to the register.", "{count} cards written to the register.", count)
    return "\n\n".join([*parts, said.format(count=count)])


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
