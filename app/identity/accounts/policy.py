"""Who may make accounts."""

from app.core.errors import Forbidden
from app.identity.actor import Actor


def require_operator(actor: Actor) -> None:
    """Let operators pass.

    :raises Forbidden: anybody else.
    """
    if not actor.is_operator:
        raise Forbidden
