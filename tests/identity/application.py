"""The API with identity, invitations and the configuration for apps, whether or not it has them by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from app.consortia.invitations import endpoints as invitations
from app.core.settings import Settings
from app.identity import endpoints as identity
from app.main import FEATURE_ROUTERS, create_app
from app.web import config

ROUTERS = (identity.router, invitations.router, config.router)


@asynccontextmanager
async def started_app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The API of these settings, started."""
    app = create_app(settings)
    for router in ROUTERS:
        if router not in FEATURE_ROUTERS:
            app.include_router(router, prefix="/v1")
    async with app.router.lifespan_context(app):
        yield app


@asynccontextmanager
async def client_of(app: FastAPI, address: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    """A client whose requests come from an address."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
