"""Signing in, as requests and responses show it."""

import uuid
from typing import Annotated

from pydantic import Field

from app.identity.addresses import EmailAddress
from app.identity.passwords.fields import Password
from app.identity.sessions.schemas import DeviceInfo
from app.identity.sign_in.codes import CODE_PATTERN
from app.web.fields import Moment, RequestModel, ResponseModel

_EXAMPLE_ID = "019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"

MailedDigits = Annotated[str, Field(pattern=CODE_PATTERN, examples=["402917"])]
"""A code as it was mailed. Declare its fields with ``repr=False``."""


class SignInCodeRequest(RequestModel):
    """A wish for a code by mail."""

    email: EmailAddress


class SignInCodeTicket(ResponseModel):
    """A code is on its way, if anybody has the address: whether somebody has, this does not tell."""

    id: uuid.UUID = Field(description="Send it together with the code", examples=[_EXAMPLE_ID])
    expires_at: Moment = Field(description="Until when the code is good")


class CodeSignIn(RequestModel):
    """Signing in by a code sent by mail."""

    code_id: uuid.UUID = Field(description="The `id` that came when the code was asked for", examples=[_EXAMPLE_ID])
    code: MailedDigits = Field(description="The digits in the mail", repr=False)
    device: DeviceInfo = Field(description="The installation that signs in")


class PasswordSignIn(RequestModel):
    """Signing in by a password."""

    email: EmailAddress
    password: Password = Field(description="The password", examples=["바다 건너 7시 회의"], repr=False)
    device: DeviceInfo = Field(description="The installation that signs in")
