"""Who may act on what: pure functions over the actor and loaded facts."""

from typing import NamedTuple

from app.consortia.administration.policy import may_pin_and_announce
from app.identity.actor import Actor
from app.models.ideas import Visibility
from app.models.moderation import ActKind

_NOT_ON_ONESELF = {ActKind.HIDE, ActKind.RETAG, ActKind.MERGE}


class Facts(NamedTuple):
    """What decides about an act on something."""

    mini_cluster_id: int
    consortium_id: int
    visibility: Visibility
    author_id: int
    is_visible: bool
    """The actor sees it as a reader."""
    is_admitted: bool
    """The author of the idea did not exclude the actor's organisation."""
    has_case: bool
    """The actor acts to decide an open case about it, which he handles."""


def may_reach(actor: Actor, facts: Facts) -> bool:
    """Whether the actor may know of it at all: as a reader, or as one who moderates there.

    An idea for named people is reached by those who moderate through an open case only.
    """
    if facts.is_visible or facts.has_case:
        return True
    moderates = actor.is_operator or actor.manages(facts.mini_cluster_id, facts.consortium_id)
    return moderates and facts.is_admitted and facts.visibility is not Visibility.NAMED


def may_act(actor: Actor, facts: Facts, kind: ActKind) -> bool:
    """Managers and coordinators moderate, officers pin. Nobody hides, retags or merges what he wrote himself."""
    if kind in _NOT_ON_ONESELF and facts.author_id == actor.account_id:
        return False
    if kind is ActKind.PIN and may_pin_and_announce(actor, facts.mini_cluster_id, facts.consortium_id):
        return True
    return actor.is_operator or actor.manages(facts.mini_cluster_id, facts.consortium_id)
