"""The commands under one name."""

import typer

from app.cli import check, copy_database, demo, erasure, migrate, openapi, operators, push, roster, serve, worker

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
application.command("reset-second-factor")(operators.reset_second_factor)
application.command("erase-account")(erasure.erase_account)
application.add_typer(roster.application, name="roster")
application.add_typer(push.application, name="push")
application.command("openapi")(openapi.openapi)
application.command("check")(check.check)
application.command("copy-database")(copy_database.copy_database)
