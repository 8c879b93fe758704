"""The routes of rosters."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.consortia.dependencies import MiniClusterId, Page, Search
from app.consortia.roster import exporting, keeping, service
from app.consortia.roster.files import MAX_FILE_BYTES
from app.consortia.roster.schemas import ExportFormat, RosterImport, RosterPage, RosterPreview, RosterStanding
from app.identity.dependencies import Accesses, DetachedActor, ReadActor
from app.web.connections import InjectedResources, ReadConnection
from app.web.openapi import problem_responses
from app.web.optional import Optional

router = APIRouter(tags=["roster"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A CSV (UTF-8 or CP949) or XLSX file of at most 10,000 people. Heads: 이름, 이메일, 공용메일,"
        " 전화번호, 기관명, 기관구분, 사업자등록번호, 직위, or their English names; only 이름 and 기관명 are needed,"
        " other columns are left alone.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("text/csv", XLSX)},
    }
}
EndsMemberships = Annotated[
    bool,
    Query(
        description="Whether memberships of people who have left the roster are to end; those of managers never do,"
        " unless a coordinator asks.",
        examples=[False],
    ),
]


@router.post(
    "/mini-clusters/{mini_cluster_id}/roster-previews",
    summary="Preview a roster",
    description="For its manager and coordinators of its consortium. Tells what is wrong by row, and who is new, stays"
    " or has left. Nothing is stored but that it was looked at.",
    responses=problem_responses(401, 403, 404, 413, 422, 503),
    openapi_extra=_FILE,
    max_body_size=MAX_FILE_BYTES,
)
async def preview_roster(
    mini_cluster_id: MiniClusterId,
    actor: DetachedActor,
    resources: InjectedResources,
    http: Request,
    ends_memberships: EndsMemberships = False,
) -> RosterPreview:
    """Preview a roster."""
    return await service.preview_roster(
        resources.database, actor, mini_cluster_id, await http.body(), ends_memberships=ends_memberships
    )


@router.put(
    "/mini-clusters/{mini_cluster_id}/roster",
    summary="Take a previewed roster over",
    description="All of it or nothing. Send the file of the preview with its `fingerprint`; 409 `roster_changed` where"
    " file or roster are others by now. Sending it again gives the same answer. Nobody is invited by this.",
    responses=problem_responses(401, 403, 404, 409, 413, 422, 503),
    openapi_extra=_FILE,
    max_body_size=MAX_FILE_BYTES,
)
async def import_roster(
    mini_cluster_id: MiniClusterId,
    actor: DetachedActor,
    resources: InjectedResources,
    http: Request,
    fingerprint: Annotated[
        str,
        Query(
            description="Of the preview",
            pattern="^[0-9a-f]{64}$",
            examples=["5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"],
        ),
    ],
    ends_memberships: EndsMemberships = False,
) -> RosterImport:
    """Take a roster over."""
    return await service.import_roster(
        resources.database,
        actor,
        mini_cluster_id,
        await http.body(),
        fingerprint,
        ends_memberships=ends_memberships,
    )


@router.get(
    "/mini-clusters/{mini_cluster_id}/roster",
    summary="The roster of a mini-cluster",
    description="For its manager and coordinators of its consortium, in the order of import. The reading is recorded.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_roster(
    mini_cluster_id: MiniClusterId,
    actor: ReadActor,
    connection: ReadConnection,
    accesses: Accesses,
    page: Page,
    q: Search = None,
    state: Annotated[
        Optional[RosterStanding], Query(description="Only people in this state.", examples=["bounced"])
    ] = None,
    left: Annotated[
        bool, Query(description="Those who have left the roster, instead of those on it.", examples=[False])
    ] = False,
) -> RosterPage:
    """List a roster."""
    return await keeping.list_roster(connection, actor, accesses, mini_cluster_id, state, q, page, left=left)


_MEDIA_TYPES = {ExportFormat.CSV: "text/csv", ExportFormat.XLSX: XLSX}


@router.get(
    "/mini-clusters/{mini_cluster_id}/members/export",
    summary="The members of a mini-cluster as a spreadsheet",
    description="For its manager and coordinators of its consortium: names, addresses, employers, roles. Cells that a"
    " spreadsheet would take for formulas are texts. The file can be sent as a roster. The reading is recorded.",
    response_class=Response,
    responses={
        200: {
            "description": "The file",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _MEDIA_TYPES.values()},
        },
        **problem_responses(401, 403, 404, 422, 503),
    },
)
async def export_members(
    mini_cluster_id: MiniClusterId,
    actor: ReadActor,
    connection: ReadConnection,
    accesses: Accesses,
    format_: Annotated[
        ExportFormat, Query(alias="format", description="What to write", examples=["xlsx"])
    ] = ExportFormat.CSV,
) -> Response:
    """Export members."""
    file = await exporting.export_members(connection, actor, accesses, mini_cluster_id, format_)
    headers = {"Content-Disposition": f'attachment; filename="members.{format_}"', "Cache-Control": "no-store"}
    return Response(file, media_type=_MEDIA_TYPES[format_], headers=headers)
