"""Every command, under one name."""

import typer

from agglo.cli import data, declarations, demo, models, runs, territories, workspace
from agglo.cli.footprint import app as footprint
from agglo.contract.language import _

app = typer.Typer(
    name="agglo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help=_("A territory's own memory: its data, its models, every question put to them, and what each answer cost."),
)

for module in (demo, runs, workspace):
    module.register(app)
declarations.register(footprint)
app.add_typer(data.app, name="data")
app.add_typer(models.app, name="model")
app.add_typer(territories.app, name="territory")
app.add_typer(workspace.config_app, name="config")
app.add_typer(footprint, name="footprint")
