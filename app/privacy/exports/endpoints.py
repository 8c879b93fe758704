"""The routes of exports."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from app.identity.admission import WITHOUT_TERMS
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.identity.sessions.endpoints import NO_STORE
from app.privacy.exports.schemas import DataExport, DataExportCreate, DataExports
from app.privacy.exports.service import Exports, fetch_archive
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["privacy"])

_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The archive.",
    }
}

ExportId = Annotated[uuid.UUID, Path(description="The export", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])]


def _read(actor: ReadActor, resources: InjectedResources) -> Exports:
    return Exports(actor, resources.settings.signing_key, resources.settings.public_url)


def _write(actor: WriteActor, resources: InjectedResources) -> Exports:
    return Exports(actor, resources.settings.signing_key, resources.settings.public_url)


@router.post(
    "/me/data-exports",
    status_code=202,
    summary="Ask for a copy of my data",
    description="A ZIP archive of JSON files with all that the service knows of me and I wrote, made by the worker"
    " within minutes; a mail tells when it can be fetched. Kept for 7 days; 3 a day at most.",
    responses=problem_responses(401, 409, 422, 429, 503),
    openapi_extra=dict(WITHOUT_TERMS),
)
async def create_data_export(
    request: DataExportCreate, exports: Annotated[Exports, Depends(_write)], session: WriteSession, once: Once
) -> DataExport:
    """Ask for a copy."""

    async def work() -> DataExport:
        return await exports.request(session, request.id)

    async def reauthorise(earlier: DataExport) -> DataExport:
        return await exports.show(session, earlier.id)

    return await once.run(DataExport, work, reauthorise)


@router.get(
    "/me/data-exports",
    summary="Copies of my data",
    description="Those that are kept.",
    responses=problem_responses(401, 503),
    dependencies=[NO_STORE],
    openapi_extra=dict(WITHOUT_TERMS),
)
async def list_my_data_exports(exports: Annotated[Exports, Depends(_read)], connection: ReadConnection) -> DataExports:
    """List copies."""
    return await exports.list_all(connection)


@router.get(
    "/me/data-exports/{export_id}",
    summary="A copy of my data",
    description="With a fresh link to the archive, once it is made.",
    responses=problem_responses(401, 404, 422, 503),
    dependencies=[NO_STORE],
    openapi_extra=dict(WITHOUT_TERMS),
)
async def get_data_export(
    export_id: ExportId, exports: Annotated[Exports, Depends(_read)], connection: ReadConnection
) -> DataExport:
    """Show a copy."""
    return await exports.show(connection, export_id)


@router.get(
    "/data-exports/{export_id}/archive",
    summary="Fetch an archive",
    description="By the link that `GET /v1/me/data-exports/{export_id}` gives; needs no token, and is good for ten"
    " minutes. 410 `download_expired`: get a new link.",
    response_class=Response,
    responses=_ARCHIVE | problem_responses(404, 410, 422, 503),
)
async def get_data_export_archive(
    export_id: ExportId,
    expires_at: Annotated[int, Query(ge=0, le=2**40, description="As in the link.", examples=[1_795_858_200])],
    signature: Annotated[
        str,
        Query(
            max_length=64,
            pattern=r"^[A-Za-z0-9_-]+$",
            description="As in the link.",
            examples=["9hXk2sT9uWcB6nR3eLzA7dGfH5iKjMxQ"],
        ),
    ],
    connection: ReadConnection,
    resources: InjectedResources,
) -> Response:
    """Hand out an archive."""
    content = await fetch_archive(connection, resources.settings.signing_key, export_id, expires_at, signature)
    headers = {
        "Content-Disposition": f'attachment; filename="idea-storage-{export_id}.zip"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/zip", headers=headers)
