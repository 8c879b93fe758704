"""Sessions: one per device, kept alive by rotating refresh tokens, ended by the person or by misuse."""
