"""A new password for who forgot the old one, by a code sent by mail."""
