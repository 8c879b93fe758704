"""The metrics of sync. docs/operations.md lists every one."""

from prometheus_client import Gauge

LISTENERS = Gauge(
    "idea_storage_event_listeners", "Clients that listen for news (GET /v1/events) now", multiprocess_mode="livesum"
)
