"""Statements of reasons: what the person concerned is told of an act, and his one appeal."""
