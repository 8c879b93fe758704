"""The address that an invitation is handed over as."""


def invitation_link(public_url: str, token: str) -> str:
    """The secret stands behind the ``#``, which browsers send to no server, so that no log and no Referer holds it."""
    return f"{public_url.rstrip('/')}/invitation#{token}"
