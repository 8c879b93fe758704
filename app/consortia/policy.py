"""What a person is in a consortium and a mini-cluster, and may do there: pure functions over the actor."""

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
    CHANGE_ROLES = "change_roles"
    EDIT = "edit"
    MERGE = "merge"
    SPLIT = "split"
    DISSOLVE = "dissolve"
    FOUND_MINI_CLUSTER = "found_mini_cluster"
    LINK = "link"
    APPOINT_COORDINATORS = "appoint_coordinators"
    ARCHIVE = "archive"


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
    actor: Actor, mini_cluster_id: int, consortium_id: int, *, lives: bool, consortium_lives: bool
) -> list[PlaceAction]:
    """What a person may do in a mini-cluster; in a dissolved one its people are still shown to each other."""
    is_inside = may_see_members(actor, mini_cluster_id)
    keeps = actor.manages(mini_cluster_id, consortium_id)
    coordinates = consortium_id in actor.coordinated_consortium_ids
    open_for_new = lives and consortium_lives
    invites = may_keep_invitations(actor, mini_cluster_id, consortium_id)
    offered = {
        PlaceAction.POST_IDEA: is_inside and open_for_new,
        PlaceAction.LIST_MEMBERS: is_inside,
        PlaceAction.INVITE: invites and open_for_new,
        PlaceAction.CHANGE_ROLES: keeps,
        PlaceAction.EDIT: coordinates and lives,
        PlaceAction.MERGE: coordinates and lives,
        PlaceAction.SPLIT: coordinates and open_for_new,
        PlaceAction.DISSOLVE: coordinates and lives,
    }
    return [action for action, is_offered in offered.items() if is_offered]


def actions_in_consortium(actor: Actor, consortium_id: int, *, lives: bool, is_archived: bool) -> list[PlaceAction]:
    """What a person may do in a consortium and its mini-clusters: all of them, or those he is a member of."""
    coordinates = consortium_id in actor.coordinated_consortium_ids
    offered = {
        PlaceAction.POST_IDEA: lives and role_in_consortium(actor, consortium_id) is not None,
        PlaceAction.FOUND_MINI_CLUSTER: lives and coordinates,
        PlaceAction.LINK: lives and coordinates,
        PlaceAction.EDIT: actor.is_operator,
        PlaceAction.APPOINT_COORDINATORS: actor.is_operator,
        PlaceAction.ARCHIVE: actor.is_operator and not is_archived,
    }
    return [action for action, is_offered in offered.items() if is_offered]
