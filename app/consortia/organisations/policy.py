"""Who keeps the register of organisations: pure functions over the actor."""

from enum import StrEnum

from app.identity.actor import Actor


class OrganisationAction(StrEnum):
    """What a client may offer for an organisation."""

    EDIT = "edit"
    MERGE = "merge"
    VERIFY = "verify"


def may_keep_register(actor: Actor) -> bool:
    """Operators, and coordinators of whatever consortium: firms stand in several."""
    return actor.is_operator or bool(actor.coordinated_consortium_ids)


def allowed_actions(actor: Actor, *, is_merged: bool, is_verified: bool) -> list[OrganisationAction]:
    """What a person may do to an organisation; one that was merged away stays as it is."""
    if is_merged or not may_keep_register(actor):
        return []
    verify = [] if is_verified else [OrganisationAction.VERIFY]
    return [OrganisationAction.EDIT, OrganisationAction.MERGE, *verify]
