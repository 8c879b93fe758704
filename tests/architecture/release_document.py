"""Keeps the present document as the released one: ``python -m tests.architecture.release_document``."""

import json
import sys

from tests.architecture.breaking_changes import skeleton
from tests.architecture.test_released_document import RELEASED, ROOT


def main() -> None:
    """Write what later documents are held against."""
    document = skeleton(json.loads((ROOT / "openapi.json").read_text()))
    RELEASED.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.write(f"kept the document of version {document['info']['version']} in {RELEASED.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
