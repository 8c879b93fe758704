"""The commands under one name."""

from importlib.metadata import version
from typing import Annotated

import typer

from app.cli import check, copy_database, demo, migrate, openapi, operators, serve, worker

application = typer.Typer(
    help="Idea Storage: run it, migrate it, check it. Settings come from the environment; see docs/operations.md.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
application.command("serve")(serve.serve)
application.command("worker")(worker.worker)
application.command("migrate")(migrate.migrate)
application.add_typer(demo.application, name="demo")
application.command("create-operator")(operators.create_operator)
application.command("openapi")(openapi.openapi)
application.command("check")(check.check)
application.command("copy-database")(copy_database.copy_database)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("idea-storage"))
        raise typer.Exit


@application.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Idea Storage: run it, migrate it, check it. Settings come from the environment; see docs/operations.md."""
