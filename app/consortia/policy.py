"""What a person is in a consortium and a mini-cluster, and may do there: pure functions over the actor."""

from datetime import datetime
from enum import StrEnum

from app.consortia.invitations.policy import may_keep_invitations
from app.identity.actor import Actor
from app.models.memberships import MemberRole


class ConsortiumRole(StrEnum):
    """What a person is in a consortium."""

    MEMBER = "member"
    COORDINATOR = "coordinator"


class PlaceAction(StrEnum):
    """What a client may offer for a mini-cluster or a consortium."""

    POST_IDEA = "post_idea"
    LIST_MEMBERS = "list_members"
    INVITE = "invite"


MINI_CLUSTER_ROLES = (*MemberRole, ConsortiumRole.COORDINATOR)
"""What a person can be in a mini-cluster: a member of some role, or coordinator of its consortium."""


def role_in_consortium(actor: Actor, consortium_id: int) -> ConsortiumRole | None:
    """Coordinator before member; None for people from elsewhere."""
    if consortium_id in actor.coordinated_consortium_ids:
        return ConsortiumRole.COORDINATOR
    return ConsortiumRole.MEMBER if consortium_id in actor.consortium_ids else None


def role_in_mini_cluster(actor: Actor, mini_cluster_id: int, consortium_id: int) -> MemberRole | ConsortiumRole | None:
    """The role of a membership there, else coordinator of its consortium; None for people from elsewhere."""
    for membership in actor.memberships:
        if membership.mini_cluster_id == mini_cluster_id:
            return membership.role
    return ConsortiumRole.COORDINATOR if consortium_id in actor.coordinated_consortium_ids else None


def may_see_members(actor: Actor, mini_cluster_id: int) -> bool:
    """Members of a mini-cluster and coordinators of its consortium see who is in it, and how many."""
    return mini_cluster_id in actor.inner_mini_cluster_ids


def actions_in_mini_cluster(
    actor: Actor, mini_cluster_id: int, consortium_id: int, dissolved_at: datetime | None
) -> list[PlaceAction]:
    """What a person may do in a mini-cluster; in a dissolved one its people are still shown to each other."""
    actions = []
    is_inside = may_see_members(actor, mini_cluster_id)
    if is_inside and not dissolved_at:
        actions.append(PlaceAction.POST_IDEA)
    if is_inside:
        actions.append(PlaceAction.LIST_MEMBERS)
    if may_keep_invitations(actor, mini_cluster_id, consortium_id) and not dissolved_at:
        actions.append(PlaceAction.INVITE)
    return actions


def actions_in_consortium(actor: Actor, consortium_id: int, archived_at: datetime | None) -> list[PlaceAction]:
    """What a person may do in mini-clusters of a consortium: all of them, or those he is a member of."""
    role = role_in_consortium(actor, consortium_id)
    if role is None or archived_at:
        return []
    return [PlaceAction.POST_IDEA]
