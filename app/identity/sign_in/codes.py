"""Codes sent by mail. A code is nowhere stored: it is computed from its row and the key of the installation."""

import hmac
import secrets
import uuid
from datetime import timedelta
from enum import StrEnum

from app.core.tokens import keyed_digest

CODE_LIFE = timedelta(minutes=10)
CODE_DIGITS = 6
CODE_PATTERN = rf"^[0-9]{{{CODE_DIGITS}}}$"
MAX_TRIES = 5
_NONCE_BYTES = 16


class CodePurpose(StrEnum):
    """What a code is good for. It is part of what the digits are computed from: never change a value."""

    SIGN_IN = "sign-in-code"
    PASSWORD_RESET = "password-reset-code"
    OLD_EMAIL = "email-change-code.old"
    NEW_EMAIL = "email-change-code.new"
    APPLICANT = "applicant-code"


def new_nonce() -> bytes:
    """What makes the code of a row unforeseeable even to those who know its id."""
    return secrets.token_bytes(_NONCE_BYTES)


def code_of(signing_key: bytes, public_id: uuid.UUID, nonce: bytes, purpose: CodePurpose = CodePurpose.SIGN_IN) -> str:
    """The six digits that belong to a row of mailed codes."""
    number = int.from_bytes(keyed_digest(signing_key, purpose.value, public_id.bytes, nonce), "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def is_code(
    given: str, signing_key: bytes, public_id: uuid.UUID, nonce: bytes, purpose: CodePurpose = CodePurpose.SIGN_IN
) -> bool:
    """Whether ``given`` is that code; takes the same time wherever it differs."""
    return hmac.compare_digest(given.encode(), code_of(signing_key, public_id, nonce, purpose).encode())
