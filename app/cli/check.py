"""``idea-storage check``: is everything in place, and what is to be done where it is not?"""

import asyncio
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli.configuration import read_settings
from app.cli.errors import one_line_errors
from app.cli.findings import Finding, Grade, failed, ok
from app.core.settings import Settings

_COLOURS = {Grade.OK: "green", Grade.WARN: "yellow", Grade.FAIL: "bold red"}


def check(
    online: Annotated[
        bool, typer.Option("--online", help="Also fetch an OAuth token for pushes and sign in at the mail server.")
    ] = False,
) -> None:
    """Check settings, database, migrations, worker, push credentials and mail. Exit code 1 when something fails."""
    with one_line_errors():
        settings = read_settings()
        if isinstance(settings, Settings):
            findings = asyncio.run(_findings(settings, online=online))
        else:
            findings = [failed(f"setting {fault.variable}".strip(), str(fault)) for fault in settings]
        _print(findings)
        if any(finding.grade is Grade.FAIL for finding in findings):
            raise typer.Exit(1)


async def _findings(settings: Settings, *, online: bool) -> list[Finding]:
    from app.cli.database_checks import check_database, check_url
    from app.cli.delivery_checks import check_mail, check_push
    from app.cli.settings_checks import check_settings

    read = ok("settings", f"read; this is a {settings.environment.value} installation")
    if (fault := check_url(settings)) is not None:
        return [read, fault]
    return [
        read,
        *check_settings(settings),
        *await check_database(settings),
        *await check_push(settings, online=online),
        *await check_mail(settings, online=online),
    ]


def _print(findings: Iterable[Finding]) -> None:
    table = Table("", "what", "finding", box=None, pad_edge=False)
    for finding in findings:
        table.add_row(Text(finding.grade.value, style=_COLOURS[finding.grade]), finding.subject, Text(finding.text))
    Console().print(table)
