"""Votes (추천): a member recommends an idea, once."""
