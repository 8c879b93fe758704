"""Signing in with an account somewhere else: ID tokens of OpenID Connect issuers, Firebase among them."""
