"""Merging ideas that say the same, and parting them again."""
