"""How much a report weighs in the queue of cases."""

from app.models.moderation import ReportReason

_HEAVY = {ReportReason.SECRET: 3, ReportReason.PERSONAL_DATA: 3, ReportReason.ABUSE: 2, ReportReason.RIGHTS: 2}


def weight_of(reason: ReportReason) -> int:
    """What harms more with each hour weighs more."""
    return _HEAVY.get(reason, 1)
