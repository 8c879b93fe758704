"""Who may change places and the roles of people in them: pure functions over the actor."""

from app.identity.actor import Actor
from app.models.memberships import MemberRole

OFFICERS = frozenset({MemberRole.CHAIR, MemberRole.VICE_CHAIR, MemberRole.SECRETARY})


def may_keep_mini_clusters(actor: Actor, consortium_id: int) -> bool:
    """Found, rename, merge, split and dissolve the mini-clusters of a consortium: its coordinators."""
    return consortium_id in actor.coordinated_consortium_ids


def may_end_membership(actor: Actor, mini_cluster_id: int, consortium_id: int, role: MemberRole) -> bool:
    """End the membership of somebody of this role; managers are taken from office by those who appoint them."""
    if role is MemberRole.MANAGER:
        return consortium_id in actor.coordinated_consortium_ids
    return actor.manages(mini_cluster_id, consortium_id)


def may_change_role(
    actor: Actor, mini_cluster_id: int, consortium_id: int, before: MemberRole, after: MemberRole
) -> bool:
    """Coordinators give every role; a manager appoints officers, but makes and unmakes no manager."""
    if MemberRole.MANAGER in (before, after):
        return consortium_id in actor.coordinated_consortium_ids
    return actor.manages(mini_cluster_id, consortium_id)


def may_pin_and_announce(actor: Actor, mini_cluster_id: int, consortium_id: int) -> bool:
    """Pin ideas and announce in a mini-cluster: its officers and manager, coordinators of its consortium."""
    return actor.manages(mini_cluster_id, consortium_id) or any(
        membership.mini_cluster_id == mini_cluster_id and membership.role in OFFICERS
        for membership in actor.memberships
    )
