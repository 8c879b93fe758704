"""Erasure: asked for, taken back within 14 days, done by the worker."""
