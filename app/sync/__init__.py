"""Sync: what has changed since a phone asked last, and the news that something has."""
