"""Watching: words a consortium minds, and bursts of new members. It flags, or holds until somebody has looked."""
