"""Mails: what one is, and whatever carries it (an SMTP server, or the console of a developer)."""
