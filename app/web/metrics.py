"""The metrics of the API process. docs/operations.md lists every one."""

from prometheus_client import Gauge, Histogram

REQUEST_SECONDS = Histogram(
    "idea_storage_request_seconds",
    "Time from the first byte of a request to the last of its response, by operation",
    ["operation", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
REQUESTS_IN_PROGRESS = Gauge(
    "idea_storage_requests_in_progress", "Requests being handled now", multiprocess_mode="livesum"
)
