"""Figures of a consortium and its mini-clusters by week, month and year."""
