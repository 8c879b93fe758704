"""The record of moderation for others: counts by month, and the acts of a month as CSV."""
