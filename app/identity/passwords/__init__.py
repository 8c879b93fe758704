"""Passwords: which ones are good enough, and how they are hashed."""
