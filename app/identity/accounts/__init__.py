"""Accounts: making them, and what one person's profile consists of."""
