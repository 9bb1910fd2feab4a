"""Wrong usage of the command line, told as every other error: what, where, what was expected, how to repair it."""

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from agglo.cli import show
from agglo.contract.errors import AggloError, Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _

if TYPE_CHECKING:
    from typer import Context


class Commands(TyperGroup):
    """A group of commands that names the nearest one where there is none of that name, and lists them in full."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002, the name and place are typer's
        """List the commands: a sentence that is too long for its line goes on below."""
        rows = [(name, one.help or "") for name, one in self.commands.items() if not one.hidden]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise NotFound(
                _('No command "{name}".').format(name=f"{ctx.command_path} {args[0]}"),
                repair=nearest(args[0], list(self.commands)),
            )
        return super().resolve_command(ctx, args)


def tell(error: typer.TyperException) -> None:
    """Say on standard error what is wrong with the words of a command, or the help that was asked for."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message(), err=True)
    else:
        show.error(of_words(error))


def of_words(error: typer.TyperException) -> AggloError:
    """The error that says what is wrong with the words of a command, and where its help is."""
    context: Context | None = getattr(error, "ctx", None)
    kind = type(error).__name__
    if kind == "MissingParameter" and context:
        faults = list(_missing(context))
    elif kind == "NoSuchOption" and context:
        faults = [_unknown(str(getattr(error, "option_name", "")), context)]
    else:
        faults = [_refused(error)]
    command = context.command_path if context else _command()
    return InvalidInput(
        _("This command cannot be read."), faults, repair=_("Its help: {command} --help").format(command=command)
    )


def of_system(error: OSError) -> AggloError:
    """The error that says which file or folder the system refuses, and why."""
    place = str(error.filename) if error.filename else _("a file")
    return InvalidInput(
        _("A file or a folder cannot be used."),
        [Fault(place, error.strerror or str(error))],
        repair=_("Check that it exists, that it may be read or written, and that the disk is not full."),
    )


def _missing(context: "Context") -> Iterator[Fault]:
    """Every argument and option that must be given and is not."""
    parameters: list[Any] = list(context.command.params)
    for one in parameters:
        if one.required and context.params.get(one.name) is None:
            yield Fault(_hint(one), _("nothing"), repair=str(one.help or ""))


def _unknown(option: str, context: "Context") -> Fault:
    known = [name for one in context.command.params for name in one.opts if name.startswith("--")]
    if isinstance(context.command, TyperGroup):
        return Fault(option, _("an option"), _("a command first"), _("Options come after it."))
    return Fault(option, repair=nearest(option, known), expected=_("an option of this command"))


def _refused(error: typer.TyperException) -> Fault:
    parameter, option = getattr(error, "param", None), getattr(error, "option_name", "")
    if parameter is not None:
        return Fault(_hint(parameter), expected=_expected(parameter, error.message))
    if option:
        wanted = "requires" in error.message
        return Fault(option, _("nothing") if wanted else _("a value"), _("a value") if wanted else _("nothing"))
    if extra := re.search(r"extra argument.*\((.+)\)", error.message):
        return Fault(extra[1], expected=_("nothing more"), repair=_("Put texts with spaces between quotes."))
    return Fault(error.message.rstrip("."))


def _hint(parameter: Any) -> str:
    return str(parameter.get_error_hint()).strip("'")


def _expected(parameter: Any, message: str) -> str:
    """What an option takes, in words; the parser's own where we have none."""
    least = getattr(parameter, "min", None)
    if "integer" in message or least is not None:
        whole = _("a whole number")
        most = getattr(parameter, "max", None)
        if least is not None and most is not None:
            return _("a whole number from {least} to {most}").format(least=least, most=most)
        return whole if least is None else _("{what}, {least} or more").format(what=whole, least=least)
    return _("a number") if "valid number" in message else message


def _command() -> str:
    """The command that was typed, without its arguments."""
    from agglo.cli.commands import app

    words = sys.argv[1:]
    groups = {one.name for one in app.registered_groups}
    return " ".join(["agglo", *words[: 2 if words and words[0] in groups else 1]])
