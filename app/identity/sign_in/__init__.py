"""Signing in: by a code sent by mail, or by a password."""
