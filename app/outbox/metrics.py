"""The metrics of the outbox. docs/operations.md lists every one."""

from prometheus_client import Counter, Gauge

EVENTS_HANDLED = Counter(
    "idea_storage_outbox_events",
    "Events by kind and outcome: handled, failed (tried again later), dead, lease_lost, unknown (of a newer release)",
    ["kind", "outcome"],
)
OLDEST_DUE_EVENT_SECONDS = Gauge(
    "idea_storage_outbox_oldest_due_seconds",
    "Age of the oldest event that is due and not settled; 0 when there is none",
    multiprocess_mode="livemax",
)
HEARTBEAT_TIME = Gauge(
    "idea_storage_worker_heartbeat_timestamp_seconds",
    "When the worker said last that it lives, in seconds since 1970",
    multiprocess_mode="livemax",
)
TASK_FAILURES = Counter(
    "idea_storage_worker_task_failures",
    "Rounds of a worker's tasks that failed, by task and cause: database_lost, or error (a fault of ours)",
    ["task", "cause"],
)
