"""Following a mini-cluster: one's own, or one to learn from."""
