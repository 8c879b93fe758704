"""A second factor: an authenticator app (TOTP) with recovery codes, asked for after the first one."""
