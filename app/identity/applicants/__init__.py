"""Accounts that people make for themselves, to apply with: they belong nowhere, and see nothing but their own."""
