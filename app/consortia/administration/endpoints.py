"""The routes by which places are made and changed."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.consortia import service
from app.consortia.administration import consortia, mini_clusters, reading, roles, succession
from app.consortia.administration.schemas import (
    ConsortiumArchive,
    ConsortiumCreate,
    ConsortiumUpdate,
    CoordinatorPage,
    MiniClusterCreate,
    MiniClusterMerge,
    MiniClusterNamePage,
    MiniClusterSplit,
    MiniClusterUpdate,
    RoleChange,
    ThemeRules,
)
from app.consortia.dependencies import ConsortiumId, MiniClusterId, Page
from app.consortia.queries import locate_mini_cluster
from app.consortia.schemas import Consortium, MiniCluster
from app.identity.dependencies import Once, ReadActor, WriteActor, WriteSession
from app.identity.queries import load_actor
from app.web.connections import ReadConnection
from app.web.openapi import problem_responses

router = APIRouter(tags=["administration"])

AccountId = Annotated[uuid.UUID, Path(description="The person", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])]


@router.post(
    "/consortia",
    status_code=201,
    summary="Make a consortium",
    description="For operators. A regional one needs a region, a theme one (테마클러스터) its last day, and each a"
    " coordinator. The same `id` and content again gives what the first request made.",
    responses=problem_responses(401, 403, 409, 422, 503),
)
async def create_consortium(
    request: ConsortiumCreate, actor: WriteActor, session: WriteSession, once: Once, response: Response
) -> Consortium:
    """Make a consortium."""

    async def work() -> Consortium:
        await consortia.create_consortium(session, actor, request)
        return await service.get_consortium(session, actor, request.id)

    shown = await once.run(Consortium, work, lambda _earlier: consortia.authorise(actor))
    response.headers["Location"] = f"/v1/consortia/{shown.id}"
    return shown


@router.patch(
    "/consortia/{consortium_id}",
    summary="Change a consortium",
    description="For operators. What is left out stays as it is.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def update_consortium(
    consortium_id: ConsortiumId, request: ConsortiumUpdate, actor: WriteActor, session: WriteSession
) -> Consortium:
    """Change a consortium."""
    await consortia.update_consortium(session, actor, consortium_id, request)
    return await service.get_consortium(session, actor, consortium_id)


@router.post(
    "/consortia/{consortium_id}/archive",
    summary="Archive a consortium",
    description="For operators, for good: what is there can still be read, nothing new begins in it. A theme"
    " consortium is archived by itself after its last day.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def archive_consortium(
    consortium_id: ConsortiumId, request: ConsortiumArchive, actor: WriteActor, session: WriteSession, once: Once
) -> Consortium:
    """Archive a consortium."""

    async def work() -> Consortium:
        await consortia.archive_consortium(session, actor, consortium_id, request.confirm)
        return await service.get_consortium(session, actor, consortium_id)

    return await once.run(Consortium, work, lambda _earlier: consortia.authorise(actor))


@router.get(
    "/consortia/{consortium_id}/coordinators",
    summary="The coordinators of a consortium",
    description="For its people and for operators.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def list_coordinators(
    consortium_id: ConsortiumId, actor: ReadActor, connection: ReadConnection, page: Page
) -> CoordinatorPage:
    """List coordinators."""
    return await reading.list_coordinators(connection, actor, consortium_id, page)


@router.put(
    "/consortia/{consortium_id}/coordinators/{account_id}",
    status_code=204,
    summary="Appoint a coordinator",
    description="For operators. Whoever coordinates it already goes on.",
    responses=problem_responses(401, 403, 404, 503),
)
async def put_coordinator(
    consortium_id: ConsortiumId, account_id: AccountId, actor: WriteActor, session: WriteSession
) -> None:
    """Appoint a coordinator."""
    await consortia.put_coordinator(session, actor, consortium_id, account_id)


@router.delete(
    "/consortia/{consortium_id}/coordinators/{account_id}",
    status_code=204,
    summary="End the office of a coordinator",
    description="For operators, and for coordinators who step down. The last one of a consortium stays until another"
    " is appointed.",
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def delete_coordinator(
    consortium_id: ConsortiumId, account_id: AccountId, actor: WriteActor, session: WriteSession
) -> None:
    """End the office of a coordinator."""
    await consortia.remove_coordinator(session, actor, consortium_id, account_id)


@router.get(
    "/consortia/{consortium_id}/theme-rules",
    summary="Does a theme consortium fulfil its rules?",
    description="A theme consortium gathers at least ten companies and a university or institute. For its people and"
    " for operators; other kinds have no such rules.",
    responses=problem_responses(401, 403, 404, 503),
)
async def get_theme_rules(consortium_id: ConsortiumId, actor: ReadActor, connection: ReadConnection) -> ThemeRules:
    """Check the rules of a theme consortium."""
    return await reading.show_theme_rules(connection, actor, consortium_id)


@router.post(
    "/consortia/{consortium_id}/mini-clusters",
    status_code=201,
    summary="Found a mini-cluster",
    description="For coordinators of the consortium. The same `id` and content again gives what the first request"
    " made.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def create_mini_cluster(
    consortium_id: ConsortiumId,
    request: MiniClusterCreate,
    actor: WriteActor,
    session: WriteSession,
    once: Once,
    response: Response,
) -> MiniCluster:
    """Found a mini-cluster."""

    async def work() -> MiniCluster:
        await mini_clusters.found_mini_cluster(session, actor, consortium_id, request)
        coordinator = await load_actor(session, actor.account_id)  # who coordinates the new one, too
        return await service.get_mini_cluster(session, coordinator or actor, request.id)

    shown = await once.run(MiniCluster, work, lambda earlier: _authorise(session, actor, earlier.id))
    response.headers["Location"] = f"/v1/mini-clusters/{shown.id}"
    return shown


@router.patch(
    "/mini-clusters/{mini_cluster_id}",
    summary="Rename or change a mini-cluster",
    description="For coordinators of its consortium. Earlier names are kept with their dates.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def update_mini_cluster(
    mini_cluster_id: MiniClusterId, request: MiniClusterUpdate, actor: WriteActor, session: WriteSession
) -> MiniCluster:
    """Change a mini-cluster."""
    await mini_clusters.update_mini_cluster(session, actor, mini_cluster_id, request)
    return await service.get_mini_cluster(session, actor, mini_cluster_id)


@router.get(
    "/mini-clusters/{mini_cluster_id}/names",
    summary="The names of a mini-cluster over time",
    description="The present one first.",
    responses=problem_responses(401, 404, 422, 503),
)
async def list_mini_cluster_names(
    mini_cluster_id: MiniClusterId, _actor: ReadActor, connection: ReadConnection, page: Page
) -> MiniClusterNamePage:
    """List the names of a mini-cluster."""
    return await reading.list_names(connection, mini_cluster_id, page)


@router.post(
    "/mini-clusters/{mini_cluster_id}/merge",
    summary="Merge a mini-cluster into another",
    description="For coordinators of the consortium, for good. Its members become members of the other one, which is"
    " returned. Its ideas keep exactly the audience they had, and are shown in the feed of the other one to those who"
    " may see them.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def merge_mini_cluster(
    mini_cluster_id: MiniClusterId, request: MiniClusterMerge, actor: WriteActor, session: WriteSession, once: Once
) -> MiniCluster:
    """Merge a mini-cluster."""

    async def work() -> MiniCluster:
        await succession.merge_mini_cluster(session, actor, mini_cluster_id, request.into_id)
        return await service.get_mini_cluster(session, actor, request.into_id)

    return await once.run(MiniCluster, work, lambda earlier: _authorise(session, actor, earlier.id))


@router.post(
    "/mini-clusters/{mini_cluster_id}/split",
    summary="Split a mini-cluster",
    description="For coordinators of the consortium, for good. Each member goes on in one of the parts or in several;"
    " the ideas keep exactly the audience they had. Gives the mini-cluster that was split.",
    responses=problem_responses(401, 403, 404, 409, 422, 503),
)
async def split_mini_cluster(
    mini_cluster_id: MiniClusterId, request: MiniClusterSplit, actor: WriteActor, session: WriteSession, once: Once
) -> MiniCluster:
    """Split a mini-cluster."""

    async def work() -> MiniCluster:
        await succession.split_mini_cluster(session, actor, mini_cluster_id, request)
        return await service.get_mini_cluster(session, actor, mini_cluster_id)

    return await once.run(MiniCluster, work, lambda earlier: _authorise(session, actor, earlier.id))


@router.post(
    "/mini-clusters/{mini_cluster_id}/dissolve",
    summary="Dissolve a mini-cluster",
    description="For coordinators of the consortium, for good: nobody joins or posts any more; its members go on"
    " reading.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def dissolve_mini_cluster(
    mini_cluster_id: MiniClusterId, actor: WriteActor, session: WriteSession, once: Once
) -> MiniCluster:
    """Dissolve a mini-cluster."""

    async def work() -> MiniCluster:
        await succession.dissolve_mini_cluster(session, actor, mini_cluster_id)
        return await service.get_mini_cluster(session, actor, mini_cluster_id)

    return await once.run(MiniCluster, work, lambda earlier: _authorise(session, actor, earlier.id))


@router.put(
    "/mini-clusters/{mini_cluster_id}/members/{account_id}/role",
    status_code=204,
    summary="Give a member another role",
    description="For coordinators of the consortium; the manager appoints officers. Roles before are kept with their"
    " dates.",
    responses=problem_responses(401, 403, 404, 422, 503),
)
async def put_member_role(
    mini_cluster_id: MiniClusterId,
    account_id: AccountId,
    request: RoleChange,
    actor: WriteActor,
    session: WriteSession,
) -> None:
    """Change the role of a member."""
    await roles.change_role(session, actor, mini_cluster_id, account_id, request.role)


@router.delete(
    "/mini-clusters/{mini_cluster_id}/members/{account_id}",
    status_code=204,
    summary="End a membership",
    description="One's own, or as manager or coordinator that of somebody else. What the person wrote stays. Whoever"
    " leaves all that came after a mini-cluster that was merged or split leaves that one, too.",
    responses=problem_responses(401, 403, 404, 503),
)
async def delete_member(
    mini_cluster_id: MiniClusterId, account_id: AccountId, actor: WriteActor, session: WriteSession
) -> None:
    """End a membership."""
    await roles.end_membership(session, actor, mini_cluster_id, account_id)


async def _authorise(session: WriteSession, actor: WriteActor, mini_cluster_id: uuid.UUID) -> None:
    """Let a stored reply be given again only to a coordinator."""
    place = await locate_mini_cluster(session, mini_cluster_id)
    mini_clusters.authorise(actor, place.consortium_id)
