"""Benchmarks: what the documents say of speed is measured by these."""
