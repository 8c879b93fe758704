"""The route of reports."""

from fastapi import APIRouter

from app.identity.dependencies import Once, WriteActor, WriteSession
from app.moderation.reports import service
from app.moderation.reports.schemas import Report, ReportCreate
from app.web.openapi import problem_responses

router = APIRouter(tags=["moderation"])


@router.post(
    "/reports",
    status_code=201,
    summary="Report an idea or a comment",
    description="What a member sees he may report, once while it is being looked at; those who look after the"
    " mini-cluster and the consortium decide. Who reported is shown to them only. The same `id` and content again gives"
    " the report that the first request made.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_report(request: ReportCreate, actor: WriteActor, session: WriteSession, once: Once) -> Report:
    """Report something."""

    async def work() -> Report:
        return await service.create_report(session, actor, request)

    return await once.run(Report, work, lambda earlier: service.show_report(session, actor, earlier.id))
