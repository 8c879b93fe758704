"""An authenticator app as tests use it."""

from typing import NamedTuple

import httpx
import pyotp

from app.core.clock import now
from tests.factories import Person
from tests.identity.signing_in import Json, a_device

STEP = 30


class Authenticator(NamedTuple):
    """An app with a secret, and the recovery codes that came with it."""

    secret: str
    recovery_codes: list[str]

    def code(self, steps: int = 0) -> str:
        """The digits it shows now, or so many steps later."""
        return pyotp.TOTP(self.secret).generate_otp(int(now().timestamp()) // STEP + steps)

    @property
    def wrong(self) -> str:
        """Digits it shows neither now nor in the steps about now."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(f"{number:06}" for number in range(10) if f"{number:06}" not in near)


async def enrolled(client: httpx.AsyncClient, person: Person) -> Authenticator:
    """Set up a second factor for a person, by the digits of the step before the present one."""
    given = await client.post("/v1/me/second-factor/totp", headers=person.headers)
    assert given.status_code == 201, given.text
    pending = Authenticator(given.json()["secret"], [])
    confirmed = await confirm(client, person, pending.code(-1))
    assert confirmed.status_code == 200, confirmed.text
    return Authenticator(pending.secret, confirmed.json()["codes"])


async def confirm(client: httpx.AsyncClient, person: Person, code: str) -> httpx.Response:
    """Confirm an authenticator that was set up."""
    return await client.post("/v1/me/second-factor/totp/confirm", json={"code": code}, headers=person.headers)


async def second_step(
    client: httpx.AsyncClient, challenge: Json, code: str, device: Json | None = None
) -> httpx.Response:
    """Try the second step of signing in."""
    body = {"challenge_token": challenge["challenge_token"], "code": code, "device": device or a_device()}
    return await client.post("/v1/sessions/second-factor", json=body)
