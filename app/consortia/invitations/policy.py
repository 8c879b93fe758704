"""Who may invite to a mini-cluster: pure functions over the actor."""

from app.identity.actor import Actor
from app.models.memberships import MemberRole


def may_keep_invitations(actor: Actor, mini_cluster_id: int, consortium_id: int) -> bool:
    """See and revoke its invitations: its manager, coordinators of its consortium, operators."""
    return actor.is_operator or actor.manages(mini_cluster_id, consortium_id)


def may_invite(actor: Actor, mini_cluster_id: int, consortium_id: int, role: MemberRole) -> bool:
    """Invite in a role. Managers are appointed from above: a manager doesn't make others."""
    if role is MemberRole.MANAGER:
        return actor.is_operator or consortium_id in actor.coordinated_consortium_ids
    return may_keep_invitations(actor, mini_cluster_id, consortium_id)
