"""Resetting a password, as requests and responses show it."""

import uuid

from pydantic import Field

from app.identity.addresses import EmailAddress
from app.identity.passwords.fields import Password
from app.identity.passwords.policy import MAX_LENGTH, MIN_LENGTH
from app.identity.sign_in.schemas import MailedDigits
from app.web.fields import Moment, RequestModel, ResponseModel

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"


class PasswordResetRequest(RequestModel):
    """A wish for a new password."""

    email: EmailAddress


class PasswordResetTicket(ResponseModel):
    """A code is on its way, if anybody has the address: whether somebody has, this does not tell."""

    id: uuid.UUID = Field(description="Send it together with the code", examples=[_EXAMPLE_ID])
    expires_at: Moment = Field(description="Until when the code is good")


class PasswordResetCompletion(RequestModel):
    """The mailed code, given for a new password."""

    reset_id: uuid.UUID = Field(description="The `id` that came when the reset was asked for", examples=[_EXAMPLE_ID])
    code: MailedDigits = Field(description="The digits in the mail", repr=False)
    new_password: Password = Field(
        description=f"{MIN_LENGTH} to {MAX_LENGTH} characters, not made of widely used words, name or address",
        examples=["산 너머 9시 기차"],
        repr=False,
    )
