"""What an appeal may be answered with."""

from app.core.errors import Conflict, Forbidden
from app.core.localisation import Text


class AlreadyAppealed(Conflict):
    """Each act can be appealed once."""

    code = "already_appealed"
    detail = Text("이미 이의를 제기하셨습니다.", "You have appealed already.")


class AppealTooLate(Conflict):
    """The time to appeal is over, or the act was undone."""

    code = "appeal_too_late"
    detail = Text(
        "이의 제기 기간이 지났거나 이미 되돌린 조치입니다.", "The time to appeal is over, or the act has been undone."
    )


class AppealDecided(Conflict):
    """Somebody was quicker; the detail tells how it was decided."""

    code = "appeal_decided"
    detail = Text("이미 처리된 이의 제기입니다(결과: {state}).", "It has been decided already (outcome: {state}).")


class OwnAct(Forbidden):
    """Nobody decides an appeal against an act of his own."""

    code = "own_act"
    detail = Text(
        "자신이 한 조치에 대한 이의는 다른 담당자가 판단해야 합니다.",
        "Somebody other than the one who acted must decide it.",
    )
