"""The two ceremonies of WebAuthn: what is asked of an authenticator, and whether its answer is good.

The library is imported where it is used: it takes half a second, and the worker needs none of it.
"""

import json
import uuid
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from app.core.settings import Settings

log = structlog.get_logger(__name__)

CHALLENGE_SECONDS = 300
_SERVICE = "Idea Storage"


class Refused(Exception):
    """An answer is not good; the message says why, without its content."""


class Registered(NamedTuple):
    """A new credential."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


class Claim(NamedTuple):
    """Whose credential somebody says he has: nothing is verified yet."""

    credential_id: bytes
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class Ceremonies:
    """The domain passkeys are bound to, and the apps that may use them."""

    domain: str
    origins: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> "Ceremonies | None":
        """None where there are no passkeys in this installation."""
        return cls(settings.passkey_domain, settings.passkey_origins) if settings.passkey_domain else None

    def registration_options(
        self, challenge: bytes, account: uuid.UUID, email: str, name: str, present: list[bytes]
    ) -> str:
        """For an authenticator that is to make a passkey; it is asked who its user is (PIN, finger, face)."""
        import webauthn
        from webauthn.helpers import structs

        options = webauthn.generate_registration_options(
            rp_id=self.domain,
            rp_name=_SERVICE,
            user_id=account.bytes,
            user_name=email,
            user_display_name=name,
            challenge=challenge,
            timeout=CHALLENGE_SECONDS * 1000,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=known) for known in present],
        )
        return webauthn.options_to_json(options)

    def sign_in_options(self, challenge: bytes) -> str:
        """For any authenticator that has a passkey of ours: whose, it tells itself."""
        import webauthn
        from webauthn.helpers import structs

        options = webauthn.generate_authentication_options(
            rp_id=self.domain,
            challenge=challenge,
            timeout=CHALLENGE_SECONDS * 1000,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def register(self, credential: str, challenge: bytes) -> Registered:
        """The credential an authenticator made for a challenge.

        :raises Refused: the answer is not good.
        """
        import webauthn

        try:
            made = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.domain,
                expected_origin=list(self.origins),
                require_user_verification=True,
            )
        except Exception as error:  # noqa: BLE001 - parsers of a library: on what anybody may send, each raises its own
            raise Refused(type(error).__name__) from None
        return Registered(made.credential_id, made.credential_public_key, made.sign_count)

    def verify(self, credential: str, challenge: bytes, public_key: bytes) -> int:
        """The sign count of a good answer. Whether it has risen is the caller's to compare, under a lock.

        :raises Refused: the answer is not good.
        """
        import webauthn

        try:
            verified = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.domain,
                expected_origin=list(self.origins),
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except Exception as error:  # noqa: BLE001 - as above
            raise Refused(type(error).__name__) from None
        return verified.new_sign_count


def claim_of(credential: str) -> Claim:
    """Whose credential an answer says it is.

    :raises Refused: it can't be read.
    """
    from webauthn import base64url_to_bytes

    try:
        answer = json.loads(credential)
        handle = answer["response"].get("userHandle")
        return Claim(base64url_to_bytes(answer["id"]), base64url_to_bytes(handle) if handle else None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(type(error).__name__) from None
