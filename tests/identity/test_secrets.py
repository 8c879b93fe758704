"""Secrets of signing in reach neither logs nor error texts, whatever happens to the request."""

import io
import logging

import httpx
import pytest
import structlog
from sqlalchemy import select

from app.core.database import Database
from app.core.logging import _NOISY
from app.core.settings import Settings
from app.identity.sign_in.events import SignInCodeRequested
from app.identity.sign_in.mail import SignInCodeSender
from app.mail.console import ConsoleMailTransport
from app.models import SignInCode
from app.models.memberships import MemberRole
from tests.factories import Factory, client_id
from tests.identity.authenticator import enrolled, second_step
from tests.identity.mailbox import Mailbox, code_in
from tests.identity.signing_in import (
    PASSWORD,
    a_device,
    ask_for_code,
    bearer,
    code_for,
    refresh,
    set_password,
    sign_in_by_code,
    sign_in_by_password,
    signed_in,
)


def is_written(record: logging.LogRecord) -> bool:
    """Whether the service writes such a record, whatever its LOG_LEVEL; the client of the test logs its own calls."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in _NOISY


async def test_no_secret_and_no_address_is_logged(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Check 18."""
    mini_cluster = await factory.mini_cluster()
    person = await factory.person(mini_cluster, role=MemberRole.MANAGER)
    await set_password(database, person)
    secrets = {PASSWORD, person.email, person.token, "planted wrong password", "isr_planted", "isi_planted"}
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as events:
        ticket = (await ask_for_code(client, person.email)).json()
        code = await code_for(database, settings, ticket["id"])
        async with database.read() as connection:
            code_id = (await connection.scalars(select(SignInCode.id))).one()
        sender = SignInCodeSender(database, ConsoleMailTransport(io.StringIO()), settings.signing_key)
        await sender.send_sign_in_code(SignInCodeRequested(code_id=code_id))
        device = a_device()
        tokens = (await sign_in_by_code(client, ticket["id"], code, device)).json()
        renewed = (await refresh(client, tokens["refresh_token"], device)).json()
        await refresh(client, "isr_planted", device)
        await refresh(client, renewed["refresh_token"], a_device())
        await sign_in_by_password(client, person.email)
        await sign_in_by_password(client, person.email, "planted wrong password")
        await sign_in_by_password(client, "planted@example.kr", "planted wrong password")
        await client.post("/v1/sessions/password", json={"email": person.email, "password": ["planted wrong password"]})
        changed = {"current_password": PASSWORD, "new_password": "산 너머 9시 기차 planted"}
        assert (await client.post("/v1/me/password", json=changed, headers=person.headers)).status_code == 204
        wish = {"id": client_id(), "mini_cluster_id": str(mini_cluster.public_id), "email": "planted@example.kr"}
        invitation = (await client.post("/v1/invitations", json=wish, headers=person.headers)).json()
        await client.post("/v1/me/invitations/accept", json={"token": "isi_planted"}, headers=person.headers)
        await client.post(f"/v1/invitations/accept?token={invitation['token']}", json={"token": invitation["token"]})
        again = await signed_in(client, database, settings, person)
        await client.get("/v1/me", headers=bearer(again))
    for found in (tokens, renewed, again):
        secrets |= {found["access_token"], found["refresh_token"]}
    secrets |= {code, invitation["token"], "planted"}
    logged = [*map(str, events), *(record.getMessage() for record in caplog.records if is_written(record))]
    assert {"session.opened", "session.refused", "session.ended", "sign_in.code_mailed"} <= {
        event["event"] for event in events
    }
    assert [(secret, line) for secret in secrets for line in logged if secret in line] == []


async def test_no_secret_of_second_factors_and_resets_is_logged(
    client: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    factory: Factory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Check 18, for what is shown once, mailed, or brought from elsewhere."""
    person, mailbox = await factory.person(), Mailbox(database, settings)
    await set_password(database, person)
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as events:
        authenticator = await enrolled(client, person)
        challenge = (await sign_in_by_password(client, person.email)).json()
        await second_step(client, challenge, "planted-wrong-code")
        tokens = (await second_step(client, challenge, authenticator.recovery_codes[0])).json()
        change = {"email": "planted.address@example.kr"}
        assert (await client.post("/v1/me/email-changes", json=change, headers=person.headers)).status_code == 201
        reset = (await client.post("/v1/password-resets", json={"email": person.email})).json()["id"]
        mails = await mailbox.deliver()
        body = {"reset_id": reset, "code": code_in(mails[-1]), "new_password": "산 너머 9시 기차 planted"}
        assert (await client.post("/v1/password-resets/complete", json=body)).status_code == 204
        id_token = {
            "provider": "planted",
            "id_token": "planted.id.token",
            "nonce": "planted-nonce",
            "device": a_device(),
        }
        await client.post("/v1/sessions/id-token", json=id_token)
        await mailbox.deliver()
    secrets = {"planted", person.email, authenticator.secret, challenge["challenge_token"], tokens["access_token"]}
    # Of the notices, which hold none, one went out too.
    secrets |= {*authenticator.recovery_codes, *(code_in(mail) for mail in mails if "notice" not in mail.reference)}
    logged = [*map(str, events), *(record.getMessage() for record in caplog.records if is_written(record))]
    assert {"account.password_reset", "second_factor.enabled", "account.notice_mailed", "email_change.mailed"} <= {
        event["event"] for event in events
    }
    assert [(secret, line) for secret in secrets for line in logged if secret in line] == []


async def test_refusals_do_not_repeat_what_was_sent(client: httpx.AsyncClient) -> None:
    """Checks 14 and 18."""
    secret = "planted secret"
    for path in ("/v1/sessions/password", "/v1/sessions/code", "/v1/sessions/refresh", "/v1/invitations/accept"):
        body = {"password": secret, "code": secret, "refresh_token": secret * 50, "token": secret * 50, secret: secret}
        response = await client.post(path, json=body)
        assert response.status_code == 422
        texts = [error["detail"] for error in response.json()["errors"]]
        assert not any(secret in text for text in texts)
