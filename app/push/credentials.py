"""Reading the Firebase service account: what is wrong with it, said without showing any of it."""

import json
from pathlib import Path

from app.push.settings import PushSettings

_REQUIRED = ("client_email", "private_key", "token_uri")

_WHERE_TO_GET_ONE = "download a key in the Firebase console under Project settings, Service accounts"


class PushCredentialsError(ValueError):
    """The push credentials can't be used; the message says what to do."""


def load_service_account(settings: PushSettings) -> dict[str, str]:
    """Return the service account's JSON object, `project_id` being the one to send with.

    Raises PushCredentialsError where it can't be read, isn't a service account or names no project.
    """
    source, text = _read(settings)
    try:
        account = json.loads(text)
    except ValueError as error:
        # The parser's message is left out: it could quote a piece of the key.
        raise PushCredentialsError(f"{source} is not JSON; {_WHERE_TO_GET_ONE}") from error
    if not isinstance(account, dict) or account.get("type") != "service_account":
        raise PushCredentialsError(f"{source} is not a service account; {_WHERE_TO_GET_ONE}")
    missing = [name for name in _REQUIRED if not isinstance(account.get(name), str) or not account[name]]
    if missing:
        raise PushCredentialsError(f"{source} lacks {', '.join(missing)}; {_WHERE_TO_GET_ONE}")
    project_id = settings.project_id or account.get("project_id")
    if not project_id:
        raise PushCredentialsError(f"{source} names no project_id: set the Firebase project's id in the push settings")
    return {**account, "project_id": project_id}


def _read(settings: PushSettings) -> tuple[str, str]:
    if settings.credentials_json:
        return "the push credentials JSON", settings.credentials_json
    if not settings.credentials_file:
        raise PushCredentialsError(f"no push credentials are set; {_WHERE_TO_GET_ONE}")
    path = Path(settings.credentials_file)
    try:
        return f"the push credentials file {path}", path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file"
        raise PushCredentialsError(f"the file {path} can't be read ({reason}): check path and rights") from error
