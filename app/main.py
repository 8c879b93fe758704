"""The composition root of the API: routers, error handlers, middleware, lifespan."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware

from app.announcements import endpoints as announcements
from app.blocks import endpoints as blocks
from app.comments import endpoints as comments
from app.console.main import create_console
from app.consortia import endpoints as consortia
from app.consortia.administration import endpoints as administration
from app.consortia.applications import endpoints as applications
from app.consortia.directory import endpoints as directory
from app.consortia.employment import endpoints as employment
from app.consortia.figures import endpoints as figures
from app.consortia.follows import endpoints as follows
from app.consortia.invitations import endpoints as invitations
from app.consortia.invitations.landing import endpoints as landing
from app.consortia.links import endpoints as links
from app.consortia.organisations import duplicate_endpoints as organisation_duplicates
from app.consortia.organisations import endpoints as organisations
from app.consortia.roster import endpoints as roster
from app.consortia.roster import row_endpoints as roster_rows
from app.core.cursor import CursorCodec
from app.core.database import Database
from app.core.ids import new_public_id
from app.core.logging import configure_logging
from app.core.settings import Settings
from app.feeds import endpoints as feeds
from app.feeds.floors import FeedFloors
from app.ideas import audience_endpoints as audience
from app.ideas import endpoints as ideas
from app.ideas.consent import endpoints as consent
from app.ideas.consent.service import ProposalListener
from app.ideas.experts import endpoints as experts
from app.ideas.reading import IdeaReadListener
from app.ideas.states import endpoints as states
from app.identity import endpoints as identity
from app.identity.external.tokens import OidcTokens
from app.moderation.access_log import endpoints as access_log
from app.moderation.acts import endpoints as moderation_acts
from app.moderation.cases import endpoints as cases
from app.moderation.figures import endpoints as moderation_figures
from app.moderation.merging import endpoints as merging
from app.moderation.merging.proposing import merge_by_consent
from app.moderation.reports import endpoints as reports
from app.moderation.rules import endpoints as house_rules
from app.moderation.statements import endpoints as statements
from app.moderation.watch import endpoints as watch_lists
from app.notifications import endpoints as notifications
from app.notifications import settings_endpoints as notification_settings
from app.notifications import unsubscribe_endpoints as unsubscribing
from app.notifications.inbox import read_items_of_idea
from app.notifications.shown import count_unread
from app.privacy.erasure import endpoints as erasure
from app.privacy.exports import endpoints as exports
from app.showcases import endpoints as showcases
from app.showcases.service import show_by_consent
from app.sync import endpoints as sync
from app.sync import events_endpoints as events
from app.sync.epoch import begin_epoch_if_needed
from app.sync.hub import NewsHub
from app.votes import endpoints as votes
from app.web import app_links, config, health
from app.web.client_address import trusted_networks
from app.web.compression import Compression
from app.web.conditional import ConditionalReads
from app.web.connections import Resources
from app.web.middleware import OversizeAsProblem, RequestObserver, SecurityHeaders
from app.web.openapi import install_document
from app.web.problems import register_error_handlers
from app.web.rate_limit_gate import RateLimitGate
from app.web.rate_limits import RateLimits

FEATURE_ROUTERS: tuple[APIRouter, ...] = (
    feeds.router,
    votes.router,
    ideas.router,
    comments.router,
    notifications.router,
    notification_settings.router,
    announcements.router,
    sync.router,
    events.router,
    audience.router,
    states.router,
    consent.router,
    experts.router,
    consortia.router,
    figures.router,
    follows.router,
    administration.router,
    links.router,
    organisations.router,
    organisation_duplicates.router,
    invitations.router,
    applications.router,
    directory.router,
    employment.router,
    roster.router,
    roster_rows.router,
    reports.router,
    cases.router,
    moderation_acts.router,
    merging.router,
    statements.router,
    house_rules.router,
    moderation_figures.router,
    watch_lists.router,
    access_log.router,
    showcases.router,
    blocks.router,
    erasure.router,
    exports.router,
    identity.router,
    config.router,
)
"""The routers of all features, the hottest first: routes are matched in order."""

IDEA_READ_LISTENERS: tuple[IdeaReadListener, ...] = (read_items_of_idea,)
"""What else happens when a person has read an idea."""

PROPOSAL_LISTENERS: tuple[ProposalListener, ...] = (show_by_consent, merge_by_consent)
"""What else happens when an author has consented to a proposal."""


_RATE_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")
_CORS_HEADERS = (
    "Authorization",
    "Content-Type",
    "Accept-Language",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The API with everything wired. Without ``settings`` they come from the environment.

    :raises ValueError: TRUSTED_PROXIES names something that is no address: better said now than at a request.
    """
    chosen = settings or Settings()
    trusted_networks(chosen.trusted_proxies)

    app = FastAPIOffline(
        title="Idea Storage",
        version="1.0.0",
        lifespan=_lifespan,
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False},
    )
    app.state.settings = chosen
    register_error_handlers(app)
    for router in FEATURE_ROUTERS:
        app.include_router(router, prefix="/v1")
    app.include_router(unsubscribing.router)
    app.include_router(health.router)
    app.include_router(landing.router)
    app.include_router(app_links.router)
    app.state.console = create_console()
    app.mount("/console", app.state.console)
    install_document(app)
    _add_middleware(app, chosen)
    _build_routes(app)
    _build_routes(app.state.console)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    database = Database(
        settings.database_url, pool_size=settings.database_pool_size, wait_seconds=settings.database_wait_seconds
    )
    app.state.resources = Resources(settings, database, CursorCodec(settings.signing_key), RateLimits(settings))
    app.state.console.state.resources = app.state.resources
    await begin_epoch_if_needed(database)
    app.state.news = news = NewsHub(database)
    news.start()
    app.state.idea_read_listeners = IDEA_READ_LISTENERS
    app.state.unread_counter = count_unread
    app.state.feed_floors = FeedFloors()
    app.state.proposal_listeners = PROPOSAL_LISTENERS
    app.state.id_tokens = id_tokens = OidcTokens(settings.oidc_providers)
    # What exists now lives as long as the process: keep the collector from looking at it again and again.
    gc.freeze()
    yield
    await news.aclose()
    await id_tokens.aclose()
    await database.aclose()


def _build_routes(app: FastAPI) -> None:
    """Let FastAPI build all routes now: by itself it does at the first request, which then takes a quarter second."""
    for route in app.routes:
        route.matches({"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []})


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Wrap the app, innermost first."""
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=settings.max_body_bytes)
    app.add_middleware(OversizeAsProblem)
    app.add_middleware(ConditionalReads)
    app.add_middleware(Compression)
    app.add_middleware(RateLimitGate)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestObserver, quiet=("get_liveness", "get_readiness", "get_metrics"))
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_CORS_HEADERS,
            expose_headers=[
                "ETag",
                "Location",
                "Retry-After",
                "X-Request-Id",
                "Idempotency-Replayed",
                *_RATE_LIMIT_HEADERS,
            ],
            max_age=600,
        )
    app.add_middleware(
        CorrelationIdMiddleware,
        header_name="X-Request-Id",
        generator=lambda: new_public_id().hex,
        validator=lambda value: value.isalnum() and len(value) <= 64,
    )


def create_configured_app() -> FastAPI:
    """What Uvicorn calls: logging first, then the app."""
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    return create_app(settings)
