"""What a signed-in person shows again."""

import uuid
from typing import Annotated

from pydantic import Field

from app.identity.passwords.fields import Password
from app.identity.sign_in.schemas import MailedDigits
from app.web.fields import Line, RequestModel
from app.web.optional import Optional


class Proof(RequestModel):
    """The password, or a code asked for with `POST /v1/sign-in-codes`; and the second factor where there is one."""

    password: Optional[Password] = Field(
        None, description="The password; left out by those who send a code", examples=["바다 건너 7시 회의"], repr=False
    )
    code_id: Optional[uuid.UUID] = Field(
        None,
        description="The `id` that came when a code was asked for",
        examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"],
    )
    code: Optional[MailedDigits] = Field(None, description="The digits in the mail", repr=False)
    second_factor_code: Optional[Annotated[Line, Field(min_length=6, max_length=32)]] = Field(
        None,
        description="Six digits of the authenticator, or a recovery code; needed by those who have a second factor",
        examples=["402917"],
        repr=False,
    )
