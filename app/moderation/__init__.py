"""Moderation by coordinators and managers: reports, cases, and the log of what staff read."""
