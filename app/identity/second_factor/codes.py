"""Codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds, as all apps know it) and recovery codes."""

import base64
import hmac
import secrets
from datetime import datetime

import pyotp

from app.core.tokens import token_digest

STEP_SECONDS = 30
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
_ISSUER = "Idea Storage"
_TOLERATED_STEPS = (0, -1, 1)
"""Clocks of phones are a little off, and typing takes time."""


def new_secret() -> str:
    """160 random bits in base 32."""
    return pyotp.random_base32()


def otpauth_uri(secret: str, email: str) -> str:
    """What a QR code for authenticator apps holds."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=_ISSUER)


def matching_step(secret: str, code: str, moment: datetime, last_step: int | None) -> int | None:
    """The step whose code this is; None for a wrong code, or one of a step that was used or passed over."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(moment.timestamp()) // STEP_SECONDS
    found = None
    for shift in _TOLERATED_STEPS:
        step = present + shift
        is_same = hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
        if is_same and found is None and (last_step is None or step > last_step):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Fresh recovery codes, such as ``K7QX-2MFA-P4TZ-6WJD``."""
    codes = [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def recovery_digest(account_id: int, code: str) -> bytes:
    """What is stored of a recovery code; hyphens, spaces and case do not matter."""
    normal = "".join(character for character in code.upper() if character.isalnum())
    return token_digest(f"recovery:{account_id}:{normal}")
