"""The public directory: which mini-clusters there are, and who keeps them."""
