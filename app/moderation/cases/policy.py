"""Who lists cases: pure functions over the actor. Who handles one is decided in :mod:`app.ideas.handling`."""

from app.identity.actor import Actor


def may_list_cases_of_consortium(actor: Actor, consortium_id: int) -> bool:
    """The queue of a whole consortium: its coordinators, operators."""
    return actor.is_operator or consortium_id in actor.coordinated_consortium_ids


def may_list_cases_of_mini_cluster(actor: Actor, mini_cluster_id: int, consortium_id: int) -> bool:
    """The queue of a mini-cluster: its manager, coordinators of its consortium, operators."""
    return actor.is_operator or actor.manages(mini_cluster_id, consortium_id)
