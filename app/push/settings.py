"""What the push transport needs to know, independent of where it is configured."""

from dataclasses import dataclass, field

DEFAULT_FCM_BASE_URL = "https://fcm.googleapis.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """Settings of the push transport. Without credentials pushes are printed to the console.

    Give the service account of the Firebase project either as a path (`credentials_file`) or as the JSON
    text itself (`credentials_json`), not both. `project_id` defaults to the project named in it.
    `timeout_seconds` bounds each of: waiting for an OAuth token, connecting, and waiting for FCM's answer.
    `max_in_flight` is the number of sending threads. With `dry_run` FCM checks the message and delivers nothing.

    Raises ValueError when the values contradict each other or are out of range.
    """

    credentials_file: str | None = None
    credentials_json: str | None = field(default=None, repr=False)
    project_id: str | None = None
    fcm_base_url: str = DEFAULT_FCM_BASE_URL
    timeout_seconds: float = 10.0
    max_in_flight: int = 16
    dry_run: bool = False

    def __post_init__(self) -> None:
        if self.credentials_file and self.credentials_json:
            raise ValueError("give the push credentials as a file or as JSON, not both: unset one of the two settings")
        if not self.fcm_base_url.startswith(("http://", "https://")):
            raise ValueError(f"the FCM base URL must start with https:// or http://, not {self.fcm_base_url!r}")
        if not 0 < self.timeout_seconds <= 120:
            raise ValueError(f"the push time-out must be above 0 and at most 120 seconds, not {self.timeout_seconds}")
        if not 1 <= self.max_in_flight <= 256:
            raise ValueError(f"the number of pushes in flight must lie between 1 and 256, not {self.max_in_flight}")

    @property
    def has_credentials(self) -> bool:
        """Whether pushes can go to FCM."""
        return bool(self.credentials_file or self.credentials_json)
