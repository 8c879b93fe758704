"""The metrics of notifications. docs/operations.md lists every one."""

from prometheus_client import Counter, Gauge, Histogram

INBOX_ITEMS = Counter("idea_storage_inbox_items", "Events put into people's inboxes, by reason", ["reason"])
DELIVERIES = Counter(
    "idea_storage_push_deliveries",
    "Answers of the push service and reasons for dropping a push: state (sent, pending for another try, dropped, dead)"
    " and code",
    ["state", "code"],
)
COMMIT_TO_SEND_SECONDS = Histogram(
    "idea_storage_push_commit_to_send_seconds",
    "Time from the commit of the newest event a push tells of to its acceptance by the push service; the time it waits"
    " to be bundled with others is part of it",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 600, 3600),
)
SEND_SECONDS = Histogram(
    "idea_storage_push_send_seconds",
    "Time the push service took to answer",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
IN_FLIGHT = Gauge("idea_storage_push_in_flight", "Pushes being sent now", multiprocess_mode="livesum")
BREAKER_OPEN = Gauge(
    "idea_storage_push_breaker_open",
    "1 while all sending is paused because the push service refuses our credentials",
    multiprocess_mode="livemax",
)
OLDEST_DUE_DELIVERY_SECONDS = Gauge(
    "idea_storage_push_oldest_due_seconds",
    "Age of the oldest push that is due and not settled; 0 when there is none",
    multiprocess_mode="livemax",
)
DEVICES_DISABLED = Counter(
    "idea_storage_push_devices_disabled", "Devices that get no pushes any more, by reason", ["reason"]
)
