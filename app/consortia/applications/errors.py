"""What an application, and a decision on one, may be answered with."""

from app.core.errors import AppError, Conflict, invalid_field
from app.core.localisation import Text


class ApplicationOpen(Conflict):
    """The person has an application to the mini-cluster that waits."""

    code = "application_open"
    detail = Text(
        "이 미니클러스터에 낸 가입 신청이 아직 처리되지 않았습니다. 결과를 기다리거나 신청을 취소해 주세요.",
        "Your application to this mini-cluster still waits; await the answer, or withdraw it first.",
    )


class TooManyApplications(Conflict):
    """The person has as many applications waiting as one may have."""

    code = "too_many_applications"
    detail = Text(
        "처리되지 않은 가입 신청이 너무 많습니다. 결과를 기다리거나 일부를 취소해 주세요.",
        "Too many of your applications wait; await answers, or withdraw some.",
    )


class ApplicationClosed(Conflict):
    """Somebody else has decided, or it was withdrawn; the detail tells which."""

    code = "application_closed"
    detail = Text(
        "이미 처리된 가입 신청입니다(결과: {outcome}). 다시 읽어 주세요.",
        "It has been closed already (outcome: {outcome}); read it again.",
    )


def words_missing() -> AppError:
    """An application is declined without a word."""
    return invalid_field(
        "/body/words",
        "missing",
        "반려하는 까닭을 신청자에게 한마디 적어 주세요.",
        "Say a word to the applicant about why.",
    )
