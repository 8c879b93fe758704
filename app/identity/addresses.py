"""E-mail addresses in the one form in which they are stored, looked up and written to."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

MAX_ADDRESS_LENGTH = 254


def normal_address(text: str) -> str:
    """Lower case, ASCII only: an international domain in its ``xn--`` form.

    :raises ValueError: it is not an address, or one that needs SMTPUTF8, which mail servers rarely speak.
    """
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False).ascii_email
    except EmailNotValidError as error:
        raise ValueError("not an e-mail address; write it like name@example.kr") from error
    if found is None or len(found) > MAX_ADDRESS_LENGTH:
        raise ValueError(f"an e-mail address has at most {MAX_ADDRESS_LENGTH} ASCII characters")
    return found.lower()


def _checked(text: str) -> str:
    try:
        return normal_address(text)
    except ValueError:
        raise PydanticCustomError("invalid_email", "not an e-mail address") from None


EmailAddress = Annotated[
    str,
    Field(max_length=MAX_ADDRESS_LENGTH),
    AfterValidator(_checked),
    Field(
        description="E-mail address; case does not matter",
        examples=["haneul.kim@example.kr"],
        json_schema_extra={"format": "email"},
    ),
]
"""An e-mail address in a request, normalised."""
