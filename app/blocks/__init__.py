"""Blocking: one member wants nothing to do with another. It holds both ways, and nobody is told."""
