"""The secrets by which people of a roster join: in a mail as a link, on paper as a code to type.

A mailed secret is computed from the installation's key whenever it is needed, so that neither outbox nor database holds
it. A printed one is drawn, shown once, and stored as a keyed digest: 80 bits are few enough to type, and too many to be
guessed, be it with the database at hand.
"""

import base64
import secrets
import unicodedata
import uuid

from app.consortia.invitations.service import TOKEN_PREFIX
from app.core.tokens import keyed_digest, token_digest

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: no letter that reads as another or as a digit."""
_MISREAD = str.maketrans("OIL", "011")
_CODE_LENGTH = 16
_GROUP = 4


def mailed_token(signing_key: bytes, invitation_id: uuid.UUID) -> str:
    """The secret of the link of an invitation that is mailed to a person of a roster."""
    secret = keyed_digest(signing_key, "roster.invitation", invitation_id.bytes)
    return f"{TOKEN_PREFIX}_{base64.urlsafe_b64encode(secret).rstrip(b'=').decode()}"


def new_code() -> str:
    """A code to be printed: ``7KQM-4XRT-9PHD-2WNB``."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    return "-".join(letters[start : start + _GROUP] for start in range(0, _CODE_LENGTH, _GROUP))


def secret_digest(signing_key: bytes, secret: str) -> bytes:
    """What is stored of the secret of an invitation, whichever way it was handed over and however it was typed."""
    code = unicodedata.normalize("NFKC", secret).upper().translate(_MISREAD).replace("-", "").replace(" ", "")
    if len(code) == _CODE_LENGTH and set(code) <= set(_ALPHABET):
        return keyed_digest(signing_key, "roster.code", code)
    return token_digest(secret)
