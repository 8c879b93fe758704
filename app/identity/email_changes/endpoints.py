"""The routes of changing one's own address."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path

from app.identity.dependencies import DetachedActor, Once, WriteActor, WriteSession
from app.identity.email_changes import service
from app.identity.email_changes.schemas import EmailChange, EmailChangeConfirmation, EmailChangeCreate
from app.web.connections import InjectedResources
from app.web.openapi import problem_responses

router = APIRouter(tags=["me"])


@router.post(
    "/me/email-changes",
    status_code=201,
    summary="Ask for another e-mail address",
    description="A code goes to the present address and another one to the new address; the answer is the same"
    " whether or not anybody has the new one. At most 5 an hour.",
    responses=problem_responses(401, 409, 422, 429, 503),
)
async def create_email_change(
    request: EmailChangeCreate, actor: WriteActor, session: WriteSession, once: Once, resources: InjectedResources
) -> EmailChange:
    """Have the codes sent."""

    async def work() -> EmailChange:
        return await service.request_change(session, resources.settings.signing_key, actor, request)

    async def reauthorise(_earlier: EmailChange) -> None:
        """Keys are looked up by account: whoever finds the reply is the person it was given to."""

    return await once.run(EmailChange, work, reauthorise)


@router.post(
    "/me/email-changes/{change_id}/confirm",
    status_code=204,
    summary="Confirm another e-mail address",
    description="Takes the codes of both mails: good for 10 minutes, 5 tries and one change. From then on the person"
    " signs in with the new address, and the old one is told.",
    responses=problem_responses(401, 404, 409, 410, 422, 503),
)
async def confirm_email_change(
    change_id: Annotated[uuid.UUID, Path(description="The change", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])],
    request: EmailChangeConfirmation,
    actor: DetachedActor,
    resources: InjectedResources,
) -> None:
    """Change the address."""
    await service.confirm_change(resources.database, resources.settings.signing_key, actor, change_id, request)
