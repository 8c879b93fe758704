"""The names of the console's cookies."""

from app.core.settings import Environment, Settings

SESSION_COOKIE = "console-session"
"""The access token of a session that was begun in this browser."""
VISIT_COOKIE = "console-visit"
"""Binds the forms of signing in to the browser they were made for."""


def cookie_name(settings: Settings, name: str) -> str:
    """In production a browser takes such a cookie from this very host only, and over TLS only."""
    return f"__Host-{name}" if settings.environment is Environment.PRODUCTION else name
