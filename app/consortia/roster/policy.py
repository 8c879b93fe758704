"""Who keeps the roster of a mini-cluster: pure functions over the actor."""

from app.identity.actor import Actor


def may_keep_roster(actor: Actor, mini_cluster_id: int, consortium_id: int) -> bool:
    """Its manager and coordinators of its consortium. Operators keep the installation, not the people in it."""
    return actor.manages(mini_cluster_id, consortium_id)
