"""Who asks, as endpoints receive it; and the write transaction, which checks again who asks."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.audit.access import AccessLog
from app.core.errors import Unauthenticated
from app.core.tokens import token_digest
from app.identity.actor import Actor
from app.identity.admission import Admission
from app.identity.queries import load_actor_by_token
from app.web.connections import InjectedResources, ReadConnection
from app.web.idempotency import MAX_KEY_LENGTH, Idempotency, digest_of_request
from app.web.optional import Optional
from app.web.rate_limit_gate import check_member

_bearer = HTTPBearer(auto_error=False, scheme_name="accessToken", description="The opaque access token of a session.")
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _presented_digest(bearer: _Bearer) -> bytes:
    if bearer is None:
        raise Unauthenticated
    return token_digest(bearer.credentials)


_Digest = Annotated[bytes, Depends(_presented_digest)]


def _admission(request: Request, resources: InjectedResources) -> Admission:
    marks = getattr(request.scope["route"], "openapi_extra", None) or {}
    return Admission(resources.settings, marks)


_Admission = Annotated[Admission, Depends(_admission)]


class _RateLimited:
    """Charges a request to the member who sends it, once it is known who that is."""

    def __init__(self, request: Request, resources: InjectedResources) -> None:
        self._request = request
        self._limits = resources.rate_limits

    async def charge(self, actor: Actor) -> Actor:
        await check_member(self._request, self._limits, actor.account_id)
        return actor


_Charged = Annotated[_RateLimited, Depends(_RateLimited)]


async def _reading_actor(
    digest: _Digest, connection: ReadConnection, admission: _Admission, charged: _Charged
) -> Actor:
    return await charged.charge(admission.admit(await load_actor_by_token(connection, digest)))


ReadActor = Annotated[Actor, Depends(_reading_actor)]
"""The signed-in person of a GET request."""


async def _access_log(actor: ReadActor, resources: InjectedResources) -> AccessLog:
    return AccessLog(resources.database, actor.account_id)


Accesses = Annotated[AccessLog, Depends(_access_log)]
"""Where a GET request notes what staff are about to be shown of members: ``await accesses.note(...)`` comes first."""


async def _detached_actor(
    digest: _Digest, resources: InjectedResources, admission: _Admission, charged: _Charged
) -> Actor:
    async with resources.database.read() as connection:
        actor = admission.admit(await load_actor_by_token(connection, digest))
    return await charged.charge(actor)


DetachedActor = Annotated[Actor, Depends(_detached_actor)]
"""The signed-in person of a request that opens its own transactions, for slow work (hashing) comes between them.

Such a transaction checks again that the session is alive.
"""


@dataclass(frozen=True)
class PresentActor:
    """Somebody whose request goes on for long: whether he may still be here is asked again meanwhile."""

    actor: Actor
    digest: bytes
    admission: Admission

    async def admit(self, connection: AsyncConnection) -> Actor:
        """The actor as of now.

        :raises AppError: he is let in no more.
        """
        return self.admission.admit(await load_actor_by_token(connection, self.digest))


async def _present_actor(actor: DetachedActor, digest: _Digest, admission: _Admission) -> PresentActor:
    return PresentActor(actor, digest, admission)


Presence = Annotated[PresentActor, Depends(_present_actor)]
"""The signed-in person of a stream, which holds no connection to the database while it lasts."""


async def _authenticated_digest(
    digest: _Digest, resources: InjectedResources, admission: _Admission, charged: _Charged
) -> bytes:
    """Turn strangers, and who sends too much, away before they could take the write lock."""
    async with resources.database.read() as connection:
        actor = admission.admit(await load_actor_by_token(connection, digest))
    await charged.charge(actor)
    return digest


async def _write_session(
    _digest: Annotated[bytes, Depends(_authenticated_digest)], resources: InjectedResources
) -> AsyncIterator[AsyncSession]:
    async with resources.database.write() as session:
        yield session


WriteSession = Annotated[AsyncSession, Depends(_write_session, scope="function")]
"""One transaction for a signed-in person's request, committed before the response is sent."""


async def _writing_actor(digest: _Digest, session: WriteSession, admission: _Admission) -> Actor:
    return admission.admit(await load_actor_by_token(session, digest))


WriteActor = Annotated[Actor, Depends(_writing_actor, scope="function")]
"""The signed-in person of a writing request, as of its transaction."""


async def _idempotency(
    request: Request,
    response: Response,
    actor: WriteActor,
    session: WriteSession,
    idempotency_key: Annotated[
        Optional[str],
        Header(
            description="Makes a retry of this request safe for 7 days: the same key and body give the first reply"
            " again, marked by `Idempotency-Replayed: true`.",
            max_length=MAX_KEY_LENGTH,
            examples=["7c9e6679-7425-40de-944b-e07fc1f90ae7"],
        ),
    ] = None,
) -> Idempotency:
    digest = digest_of_request(request.method, request.url.path, await request.body())

    def mark_replay() -> None:
        response.headers["Idempotency-Replayed"] = "true"

    return Idempotency(session, actor.account_id, idempotency_key, digest, mark_replay)


Once = Annotated[Idempotency, Depends(_idempotency, scope="function")]
"""The idempotency of a POST: ``await once.run(Reply, work, reauthorise)``."""
