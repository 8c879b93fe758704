"""Passkeys (WebAuthn): registered while signed in, then the one thing needed to sign in."""
