"""Changing the address of one's own account, as requests and responses show it."""

import uuid

from pydantic import Field

from app.identity.addresses import EmailAddress
from app.identity.sign_in.schemas import MailedDigits
from app.web.fields import Moment, RequestModel, ResponseModel
from app.web.optional import Optional


class EmailChangeCreate(RequestModel):
    """A wish for another address."""

    email: EmailAddress


class EmailChange(ResponseModel):
    """A wish for another address: a code is on its way to each of the two."""

    id: uuid.UUID = Field(description="Confirm the change under it", examples=["019a8f3e-7c1d-7a52-9d3b-3f1c8e2a4b60"])
    email: str = Field(description="The address to be", examples=["haneul.kim@example.kr"])
    expires_at: Moment = Field(description="Until when the codes are good")


class EmailChangeConfirmation(RequestModel):
    """The codes of both mails."""

    old_code: Optional[MailedDigits] = Field(
        None,
        description="The digits in the mail to the present address; left out by who has none yet",
        examples=["123456"],
        repr=False,
    )
    new_code: MailedDigits = Field(description="The digits in the mail to the new address", repr=False)
