"""What can be said of the settings without asking anybody."""

import os
from collections.abc import Iterator

from app.cli.configuration import EMULATOR_VARIABLE
from app.cli.findings import Finding, failed, ok, warn
from app.core.settings import Environment, Settings


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Settings that are valid each, and together not what one wants."""
    is_production = settings.environment is Environment.PRODUCTION
    if settings.secret_key is not None:
        yield ok("secret key", "SECRET_KEY is set")
    else:
        yield ok("secret key", f"made by itself in {settings.data_directory / 'secret.key'} (development only)")
    if os.environ.get(EMULATOR_VARIABLE):
        grade = failed if is_production else warn
        yield grade("emulator", f"{EMULATOR_VARIABLE} is set: unset it, the emulator accepts unsigned tokens")
    if is_production and not settings.staff_needs_second_factor:
        yield warn("second factor", "STAFF_SECOND_FACTOR is optional: coordinators and operators can do without one")
    if is_production and settings.public_url is None:
        yield warn("public address", "PUBLIC_URL is not set: links in mails name no address; set it to https://…")
    if is_production and not settings.trusted_proxies:
        yield warn(
            "proxies", "TRUSTED_PROXIES is empty: behind a proxy every client has its address; name the proxy's network"
        )
    if "*" in settings.cors_origins:
        yield warn("CORS", "CORS_ORIGINS allows every origin: name those of your web clients")
