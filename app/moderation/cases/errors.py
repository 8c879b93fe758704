"""What an act on a case may be answered with."""

from app.core.errors import Conflict
from app.core.localisation import Text


class CaseClosed(Conflict):
    """The case has been decided; the detail tells how."""

    code = "case_closed"
    detail = Text(
        "이미 처리된 신고입니다(결과: {outcome}). 다시 읽어 주세요.",
        "It has been decided already (outcome: {outcome}); read it again.",
    )


class CaseClaimed(Conflict):
    """Somebody else is working on the case."""

    code = "case_claimed"
    detail = Text(
        "다른 담당자가 처리하고 있습니다. 담당을 해제한 뒤에 다시 시도해 주세요.",
        "Somebody else is working on it; release the claim first.",
    )
