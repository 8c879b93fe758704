"""What the worker is told of exports."""

from typing import ClassVar

from app.outbox.events import Event


class DataExportRequested(Event):
    """Somebody wants a copy of his data; it is still to be made."""

    kind: ClassVar[str] = "data_export.requested"
    export_id: int
