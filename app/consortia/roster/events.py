"""What the worker is told of rosters."""

from typing import ClassVar

from app.outbox.events import Event


class RosterInvitationsDue(Event):
    """People of a roster wait to be invited; the worker takes a portion at a time."""

    kind: ClassVar[str] = "roster.invitations_due"
    mini_cluster_id: int


class RosterMailDue(Event):
    """One person is to be sent an invitation that has been made."""

    kind: ClassVar[str] = "roster.mail_due"
    row_id: int
    invitation_id: int
