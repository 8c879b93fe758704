"""Sending pushes to phones: the transport protocol, FCM, the console, and the published payload."""
