"""Can pushes and mails leave? Only with ``--online`` is anybody outside asked."""

import asyncio

import aiosmtplib

from app.cli.findings import Finding, failed, ok, warn
from app.core.settings import Environment, Settings
from app.mail.transport import sender_address
from app.push.credentials import PushCredentialsError, load_service_account

_SMTP_TIMEOUT_SECONDS = 10.0


async def check_push(settings: Settings, *, online: bool) -> list[Finding]:
    """The service account, and with ``online`` whether Google gives a token for it."""
    from app.worker import push_settings

    try:
        push = push_settings(settings)
        if not push.has_credentials:
            return [_no_credentials(settings)]
        account = load_service_account(push)
        return [await asyncio.to_thread(_check_account, account, settings.fcm_timeout_seconds, online)]
    except ValueError as error:  # PushCredentialsError is one
        return [failed("push", str(error))]


def _no_credentials(settings: Settings) -> Finding:
    text = "no credentials: pushes are printed; set FCM_CREDENTIALS_FILE to a service account of Firebase"
    return warn("push", text) if settings.environment is Environment.PRODUCTION else ok("push", text)


def _check_account(account: dict[str, str], timeout: float, online: bool) -> Finding:
    """:raises PushCredentialsError: the private key is damaged."""
    from google.auth.exceptions import GoogleAuthError
    from google.oauth2 import service_account

    from app.push.oauth import BackgroundToken, TokenUnavailableError

    project = account["project_id"]
    if not online:
        try:
            service_account.Credentials.from_service_account_info(account)  # type: ignore[no-untyped-call]
        except (ValueError, GoogleAuthError) as error:
            raise PushCredentialsError("the push credentials' private_key is damaged: download a new key") from error
        return ok("push", f"credentials of project {project} are readable; --online asks Google for a token")
    token = BackgroundToken(account, timeout=timeout)
    try:
        token.refresh(None)
    except TokenUnavailableError as error:
        advice = (
            "make a new key in the Firebase console" if error.failure.permanent else "check the way to the internet"
        )
        return failed("push", f"no token for project {project} ({error.failure.detail}): {advice}")
    finally:
        token.stop()
        token.join()
    return ok("push", f"Google gave a token for project {project}")


async def check_mail(settings: Settings, *, online: bool) -> list[Finding]:
    """The sender's address, and with ``online`` whether the SMTP server lets us in."""
    try:
        sender = sender_address(settings.mail_from)
    except ValueError as error:
        return [failed("mail", str(error))]
    if settings.mail_transport == "console":
        text = "printed, not sent: set MAIL_TRANSPORT=smtp and SMTP_HOST so that sign-in codes arrive"
        return [warn("mail", text) if settings.environment is Environment.PRODUCTION else ok("mail", text)]
    server = f"{settings.smtp_host}, port {settings.smtp_port}"
    if not online:
        return [ok("mail", f"sent as {sender.addr_spec} through {server}; --online signs in there")]
    try:
        await _sign_in(settings)
    except (aiosmtplib.SMTPException, OSError) as error:
        said = f"{error.code} {error.message}" if isinstance(error, aiosmtplib.SMTPResponseException) else str(error)
        reason = next(iter(said.splitlines()), type(error).__name__)[:200]
        return [failed("mail", f"{server} does not let us in ({reason}): check SMTP_HOST, _PORT, _SECURITY, _USERNAME")]
    return [ok("mail", f"{server} lets us in")]


async def _sign_in(settings: Settings) -> None:
    password = settings.smtp_password
    server = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        timeout=_SMTP_TIMEOUT_SECONDS,
    )
    async with server:
        pass  # entering connects, secures and signs in
