"""Who designates experts, and who may look for one: pure functions over the actor."""

from app.identity.actor import Actor


def may_designate(actor: Actor) -> bool:
    """Coordinators and operators say who is an expert, in whatever region he is asked for."""
    return actor.is_staff


def may_look_for_experts(actor: Actor) -> bool:
    """Members, who may invite one, and those who designate them."""
    return bool(actor.consortium_ids) or may_designate(actor)
