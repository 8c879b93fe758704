"""Where a page stands: the place it is about, and the pages beside it that the person may open."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from app.consortia.policy import ConsortiumRole, PlaceAction
from app.consortia.schemas import Consortium, ConsortiumCard, MiniCluster
from app.consortia.service import get_consortium, get_mini_cluster
from app.core.localisation import Text
from app.identity.actor import Actor
from app.models.memberships import MemberRole


@dataclass(frozen=True)
class Tab:
    """A page beside others."""

    key: str
    path: str
    name: Text


@dataclass(frozen=True)
class Place:
    """A consortium, or a mini-cluster of it."""

    consortium: ConsortiumCard
    mini_cluster: MiniCluster | None
    tabs: list[Tab]
    coordinates: bool
    """Whether the person may do what coordinators do there."""

    @property
    def path(self) -> str:
        """Where its pages lie."""
        if self.mini_cluster is not None:
            return f"/console/mini-clusters/{self.mini_cluster.id}"
        return f"/console/consortia/{self.consortium.id}"


def looks_after_anything(actor: Actor) -> bool:
    """Whether there is a place that an actor keeps, or all of them."""
    return actor.is_staff or any(place.role is MemberRole.MANAGER for place in actor.memberships)


async def consortium_place(connection: AsyncConnection, actor: Actor, public_id: uuid.UUID) -> Place:
    """A consortium with the pages of it that the actor may open.

    :raises NotFound: there is none.
    """
    consortium = await get_consortium(connection, actor, public_id)
    coordinates = _coordinates(consortium, actor)
    return Place(consortium, None, list(_consortium_tabs(consortium, coordinates=coordinates)), coordinates)


async def mini_cluster_place(connection: AsyncConnection, actor: Actor, public_id: uuid.UUID) -> Place:
    """A mini-cluster with the pages of it that the actor may open.

    :raises NotFound: there is none.
    """
    found = await get_mini_cluster(connection, actor, public_id)
    coordinates = _coordinates(await get_consortium(connection, actor, found.consortium.id), actor)
    return Place(found.consortium, found, list(_mini_cluster_tabs(found, coordinates=coordinates)), coordinates)


def _coordinates(consortium: Consortium, actor: Actor) -> bool:
    return actor.is_operator or consortium.my_role == ConsortiumRole.COORDINATOR


def _consortium_tabs(consortium: Consortium, *, coordinates: bool) -> Iterable[Tab]:
    path = f"/console/consortia/{consortium.id}"
    if coordinates:
        yield Tab("cases", f"{path}/cases", Text("신고 처리", "Cases"))
        yield Tab("appeals", f"{path}/appeals", Text("이의 제기", "Appeals"))
    if consortium.my_role == ConsortiumRole.COORDINATOR:
        yield Tab("announcements", f"{path}/announcements", Text("공지", "Announcements"))
    if coordinates or consortium.my_role is not None:
        yield Tab("mini_clusters", f"{path}/mini-clusters", Text("미니클러스터", "Mini-clusters"))
        yield Tab("log", f"{path}/log", Text("조치 기록", "Log"))
    if coordinates:
        yield Tab("figures", f"{path}/figures", Text("활동 수치", "Figures"))


def _mini_cluster_tabs(found: MiniCluster, *, coordinates: bool) -> Iterable[Tab]:
    path = f"/console/mini-clusters/{found.id}"
    if coordinates or found.my_role == MemberRole.MANAGER:
        yield Tab("cases", f"{path}/cases", Text("신고 처리", "Cases"))
    if PlaceAction.LIST_MEMBERS in found.allowed_actions:
        yield Tab("members", f"{path}/members", Text("회원", "Members"))
    if coordinates or found.my_role == MemberRole.MANAGER:
        yield Tab("applications", f"{path}/applications", Text("가입 신청", "Applications"))
        yield Tab("invitations", f"{path}/invitations", Text("초대", "Invitations"))
        yield Tab("figures", f"{path}/figures", Text("활동 수치", "Figures"))
    if PlaceAction.CHANGE_ROLES in found.allowed_actions:
        yield Tab("roster", f"{path}/roster", Text("명부", "Roster"))
        yield Tab("announcements", f"{path}/announcements", Text("공지", "Announcements"))
