"""``idea-storage demo``: invented data to try the service with, and somebody who answers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from app.cli.configuration import load_settings
from app.cli.errors import UserError, one_line_errors
from app.core.settings import Environment, Settings
from app.demo import size as sizes
from app.demo.accounts import ALL, MEMBER, PASSWORD
from app.demo.size import DemoSize

if TYPE_CHECKING:
    from app.demo.loader import DemoReport

application = typer.Typer(rich_markup_mode=None)


@application.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    members: Annotated[int, typer.Option(max=sizes.MOST_MEMBERS, help="People.")] = sizes.MEMBERS,
    mini_clusters: Annotated[
        int | None, typer.Option(max=sizes.MOST_MINI_CLUSTERS, help="Mini-clusters; the real ones by default.")
    ] = None,
    ideas: Annotated[int, typer.Option(max=sizes.MOST_IDEAS, help="Ideas.")] = sizes.IDEAS,
    comments: Annotated[int, typer.Option(max=sizes.MOST_COMMENTS, help="Comments.")] = sizes.COMMENTS,
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = sizes.SEED,
    force: Annotated[bool, typer.Option("--force", help="Load it even in production.")] = False,
) -> None:
    """Load demo data, once: what is there already stays as it is. `demo respond` lets a colleague comment."""
    if context.invoked_subcommand is not None:
        return
    with one_line_errors():
        settings = _settings(force=force)
        try:
            size = DemoSize(members, mini_clusters, ideas, comments, seed)
        except ValueError as error:
            raise UserError(str(error)) from error
        report = asyncio.run(_load(settings, size))
        typer.echo(_summary(report))
        typer.echo(_welcome(settings))


@application.command("respond")
def respond(
    email: Annotated[str, typer.Option(help="Whose newest idea is commented on.")] = MEMBER.email,
    text: Annotated[str | None, typer.Option(help="The comment; made up when left out.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Do it even in production.")] = False,
) -> None:
    """Let a member of the same mini-cluster comment on somebody's newest idea, so that a push goes out."""
    with one_line_errors():
        settings = _settings(force=force)
        title, colleague, comment = asyncio.run(_respond(settings, email, text))
        typer.echo(f"{colleague} 님이 댓글을 남겼습니다 / {colleague} commented on “{title}”:\n  {comment}")
        typer.echo("곧 푸시가 전송됩니다 (워커가 실행 중일 때) / A push follows soon, where a worker runs.")


def _settings(*, force: bool) -> Settings:
    settings = load_settings()
    if settings.environment is Environment.PRODUCTION and not force:
        raise UserError("this is a production installation: demo data is not for it (--force does it nevertheless)")
    return settings


async def _load(settings: Settings, size: DemoSize) -> "DemoReport | None":
    from app.cli.schema_state import require_current_schema
    from app.core.database import Database
    from app.demo.loader import load_demo

    await require_current_schema(settings)
    database = Database(settings.database_url, pool_size=1, wait_seconds=settings.database_wait_seconds)
    try:
        with _progress() as watch:
            return await load_demo(database, size, settings.terms_version, watch)
    finally:
        await database.aclose()


async def _respond(settings: Settings, email: str, text: str | None) -> tuple[str, str, str]:
    from pydantic import ValidationError

    from app.cli.schema_state import require_current_schema
    from app.core.database import Database
    from app.demo.responding import NobodyToRespondError
    from app.demo.responding import respond as let_respond

    await require_current_schema(settings)
    database = Database(settings.database_url, pool_size=1, wait_seconds=settings.database_wait_seconds)
    try:
        async with database.write() as session:
            return await let_respond(session, email, text)
    except NobodyToRespondError as error:
        raise UserError(str(error)) from error
    except ValidationError as error:
        raise UserError(f"the comment cannot be posted: {error.errors()[0]['msg']}") from error
    finally:
        await database.aclose()


class _ProgressBar:
    """Shows each stage as a bar."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage: TaskID | None = None

    def begin(self, korean: str, english: str, total: int) -> None:
        """A stage begins; the one before is complete."""
        self._stage = self._progress.add_task(f"{korean} · {english}", total=total)

    def advance(self, rows: int) -> None:
        """Move the bar on."""
        if self._stage is not None:
            self._progress.advance(self._stage, rows)


@contextmanager
def _progress() -> Iterator[_ProgressBar]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield _ProgressBar(progress)


def _summary(report: "DemoReport | None") -> str:
    if report is None:
        return "데모 데이터가 이미 있어 그대로 둡니다 / The demo data is there already and stays as it is."
    return (
        "데모 데이터를 넣었습니다 / Demo data is loaded: "
        f"{report.mini_clusters:,} mini-clusters, {report.organisations:,} organisations, {report.members:,} members, "
        f"{report.ideas:,} ideas, {report.votes:,} votes, {report.comments:,} comments."
    )


def _welcome(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    accounts = "\n".join(f"  {account.email:<26} {account.role_ko} / {account.role_en}" for account in ALL)
    device = '{"installation_id": "my-laptop", "name": "curl"}'
    sign_in = f'{{"email": "{MEMBER.email}", "password": "{PASSWORD}", "device": {device}}}'
    return f"""
데모 계정 (비밀번호 모두 {PASSWORD}) / Demo accounts, all with the password {PASSWORD}:
{accounts}

서버가 시작되면 이렇게 시험해 보세요 / Try this once the server runs ({address}/docs shows all there is):

  TOKEN=$(curl -s {address}/v1/sessions/password -H 'Content-Type: application/json' \\
    -d '{sign_in}' \\
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
  curl -s '{address}/v1/feeds/home?limit=3' -H "Authorization: Bearer $TOKEN" | python3 -m json.tool
"""
