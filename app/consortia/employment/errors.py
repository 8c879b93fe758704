"""What can stand in the way of a change of employer."""

from app.core.errors import Conflict
from app.core.localisation import Text


class EmployerChangeOpen(Conflict):
    """An earlier one of this person waits."""

    code = "employer_change_open"
    detail = Text(
        "먼저 알린 소속 변경이 아직 확인되지 않았습니다. 결과를 기다리거나 취소해 주세요.",
        "An earlier change of your employer still waits; await the answer, or withdraw it first.",
    )


class EmployerChangeClosed(Conflict):
    """Somebody else has decided, or it was withdrawn; the detail tells which."""

    code = "employer_change_closed"
    detail = Text(
        "이미 처리된 소속 변경입니다(결과: {outcome}). 다시 읽어 주세요.",
        "It has been closed already (outcome: {outcome}); read it again.",
    )
