"""``python -m app.cli`` is ``idea-storage``."""

from app.cli import main

main()
