"""Ideas: writing, reading, and the rule of who sees which."""
