"""Choosing the push transport from the settings."""

from typing import TextIO

from app.push.console import ConsoleTransport
from app.push.settings import PushSettings
from app.push.transport import PushTransport


def open_transport(settings: PushSettings, *, stream: TextIO | None = None) -> PushTransport:
    """Return the FCM transport when credentials are set, else one that prints to `stream` (standard output).

    The caller awaits `aclose()` in the end. Raises PushCredentialsError where the credentials can't be used.
    """
    if not settings.has_credentials:
        return ConsoleTransport(stream)
    # Imported here: the SDK takes 0.2 to 0.4 s and 19 MB, which a machine without Firebase need not pay.
    from app.push.fcm import FcmTransport

    return FcmTransport(settings)
