"""The append-only record of what staff did."""
