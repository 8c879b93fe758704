"""Comments: threads of two levels on an idea."""
