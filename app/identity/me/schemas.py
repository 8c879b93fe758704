"""One's own account as requests and responses show it."""

import uuid
from typing import Annotated

from pydantic import Field

from app.core.localisation import Locale
from app.identity.accounts.schemas import (
    NAME_LENGTH,
    POSITION_LENGTH,
    ConsortiumName,
    CurrentAffiliation,
    CurrentMembership,
)
from app.identity.passwords.fields import Password
from app.identity.passwords.policy import MAX_LENGTH, MIN_LENGTH
from app.web.fields import Line, RequestModel, ResponseModel, open_enum
from app.web.optional import Optional


class Me(ResponseModel):
    """The signed-in person."""

    id: uuid.UUID = Field(description="The account", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
    name: str = Field(description="Name", examples=["김하늘"])
    email: str | None = Field(
        description="E-mail address; null for people without one of their own, who joined by a printed code",
        examples=["haneul.kim@example.kr"],
    )
    locale: str = open_enum(Locale, "Language of mails and pushes")
    time_zone: str = Field(description="Name in the IANA time zone database", examples=["Asia/Seoul"])
    is_operator: bool = Field(description="Whether this person runs the service", examples=[False])
    has_password: bool = Field(description="Whether a password is set; changing it asks for it", examples=[True])
    affiliation: CurrentAffiliation | None = Field(description="Where the person works; null if nowhere")
    memberships: list[CurrentMembership] = Field(description="Present memberships, the oldest first")
    coordinated_consortia: list[ConsortiumName] = Field(description="Consortia the person coordinates")
    terms_version: str | None = Field(description="The terms consented to last; null if none", examples=["2026-11"])
    terms_required: bool = Field(description="Whether newer terms wait for consent", examples=[False])
    unread_count: int = Field(description="Unread items of the inbox", examples=[3])


class MeUpdate(RequestModel):
    """A change of one's own account: what is left out stays as it is."""

    name: Optional[Annotated[Line, Field(min_length=1, max_length=NAME_LENGTH)]] = Field(
        None, description="Name", examples=["김하늘"]
    )
    locale: Optional[Locale] = Field(None, description="Language of mails and pushes", examples=["ko"])
    time_zone: Optional[Annotated[Line, Field(max_length=64)]] = Field(
        None, description="Name in the IANA time zone database", examples=["Asia/Seoul"]
    )
    position: Optional[Annotated[Line, Field(min_length=1, max_length=POSITION_LENGTH)]] = Field(
        None,
        description="직위 at the present employer; what was posted before shows the one of its day. Another employer is"
        " said by `POST /v1/me/employer-changes`",
        examples=["수석연구원"],
    )
    terms_version: Optional[Annotated[Line, Field(min_length=1, max_length=20)]] = Field(
        None,
        description="Consent to the terms of use: the present version, as `GET /v1/config` names it",
        examples=["2026-11"],
    )


class TermsConsent(RequestModel):
    """Consent to the terms of use."""

    version: Line = Field(
        min_length=1, max_length=20, description="The present version, which was shown", examples=["2026-11"]
    )


class PasswordChange(RequestModel):
    """A new password."""

    current_password: Optional[Password] = Field(
        None, description="The present one; needed when there is one", examples=["바다 건너 7시 회의"], repr=False
    )
    new_password: Password = Field(
        description=f"{MIN_LENGTH} to {MAX_LENGTH} characters, not made of widely used words, name or address",
        examples=["산 너머 9시 기차"],
        repr=False,
    )
