"""Mails that tell a person what was done to the account, so that a thief can't do it unnoticed."""
