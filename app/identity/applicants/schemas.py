"""Making an account to apply with, as requests and responses show it."""

import uuid

from pydantic import Field

from app.identity.accounts.schemas import NAME_LENGTH
from app.identity.addresses import EmailAddress
from app.identity.sessions.schemas import DeviceInfo
from app.identity.sign_in.schemas import MailedDigits
from app.web.fields import Line, Moment, RequestModel, ResponseModel

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class ApplicantCreate(RequestModel):
    """A wish for an account."""

    email: EmailAddress
    name: Line = Field(min_length=1, max_length=NAME_LENGTH, description="Name", examples=["김하늘"])
    terms_version: Line = Field(
        min_length=1,
        max_length=20,
        description="Consent to the terms of use: the present version, as `GET /v1/config` names it",
        examples=["2026-11"],
    )


class ApplicantTicket(ResponseModel):
    """A code is on its way; whether the address has an account already, this does not tell."""

    id: uuid.UUID = Field(description="Send it together with the code", examples=[_EXAMPLE_ID])
    expires_at: Moment = Field(description="Until when the code is good")


class ApplicantConfirmation(RequestModel):
    """The mailed code, given for an account and a session."""

    registration_id: uuid.UUID = Field(
        description="The `id` that came when the account was asked for", examples=[_EXAMPLE_ID]
    )
    code: MailedDigits = Field(description="The digits in the mail", repr=False)
    device: DeviceInfo = Field(description="The installation that signs in")
