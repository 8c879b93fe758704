"""Health and metrics for whoever runs the service. They carry no data of members."""

import os
from datetime import timedelta

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from pydantic import Field
from sqlalchemy import func, select
from starlette.responses import Response

from app.core import migrations
from app.core.clock import now
from app.core.database import Database
from app.core.errors import DatabaseBusy
from app.models import WorkerHeartbeat
from app.web.connections import InjectedResources
from app.web.fields import ResponseModel

router = APIRouter(tags=["operations"])

HEARTBEAT_MAX_AGE = timedelta(seconds=60)
_HEAD = migrations.head_revision()


class Liveness(ResponseModel):
    """The process answers."""

    status: str = Field(description="Always `ok`", examples=["ok"])


class Readiness(ResponseModel):
    """What the service needs to do its work, each `ok` or what is wrong."""

    status: str = Field(description="`ok`, or `unavailable` with status 503", examples=["ok"])
    database: str = Field(description="`ok` or `unreachable`", examples=["ok"])
    migrations: str = Field(description="`ok`, `behind` or `unknown`", examples=["ok"])
    worker: str = Field(
        description="`ok`, or `silent` when no worker said that it lives for 60 s; does not change the status",
        examples=["ok"],
    )


@router.get("/livez", summary="Is the process alive?", description="Answers without asking the database.")
async def get_liveness() -> Liveness:
    """Answer."""
    return Liveness(status="ok")


@router.get(
    "/readyz",
    summary="Can the service do its work?",
    description="Asks the database, the state of migrations and the workers' heartbeat. 503 when requests would fail.",
    responses={503: {"model": Readiness, "description": "Requests would fail now."}},
)
async def get_readiness(resources: InjectedResources, response: Response) -> Readiness:
    """Look at everything a request needs."""
    readiness = await _readiness(resources.database)
    if readiness.status != "ok":
        response.status_code = 503
    return readiness


async def _readiness(database: Database) -> Readiness:
    try:
        async with database.read() as connection:
            revision = await connection.run_sync(migrations.current_revision)
            if revision != _HEAD:
                return Readiness(status="unavailable", database="ok", migrations="behind", worker="unknown")
            beat = await connection.scalar(select(func.max(WorkerHeartbeat.beat_at)))
    except (DatabaseBusy, OSError):
        return Readiness(status="unavailable", database="unreachable", migrations="unknown", worker="unknown")
    is_alive = beat is not None and beat > now() - HEARTBEAT_MAX_AGE
    return Readiness(status="ok", database="ok", migrations="ok", worker="ok" if is_alive else "silent")


@router.get(
    "/metrics",
    summary="Metrics",
    description="Metrics of all processes of this installation in the text format of Prometheus.",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "The metrics."}},
)
async def get_metrics() -> Response:
    """Collect the metrics of this process, or of all that share PROMETHEUS_MULTIPROC_DIR."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
