"""What a process holds open, and the connection of one reading request."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.cursor import CursorCodec
from app.core.database import Database
from app.core.localisation import Locale, negotiate_locale
from app.core.settings import Settings
from app.web.rate_limits import RateLimits


@dataclass(frozen=True)
class Resources:
    """What a process opens at its start: kept as ``app.state.resources``."""

    settings: Settings
    database: Database
    cursors: CursorCodec
    rate_limits: RateLimits | None = None
    """None where nothing is limited."""


def get_resources(request: Request) -> Resources:
    """The resources of this process."""
    resources: Resources = request.app.state.resources
    return resources


InjectedResources = Annotated[Resources, Depends(get_resources)]


async def _read_connection(resources: InjectedResources) -> AsyncIterator[AsyncConnection]:
    async with resources.database.read() as connection:
        yield connection


ReadConnection = Annotated[AsyncConnection, Depends(_read_connection, scope="function")]
"""A connection in autocommit, given back before the response is sent. For GET requests only."""


def request_locale(request: Request) -> Locale:
    """The language asked for by ``Accept-Language``; Korean without one."""
    return negotiate_locale(request.headers.get("accept-language"))


RequestLocale = Annotated[Locale, Depends(request_locale)]
