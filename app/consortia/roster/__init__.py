"""Rosters (명부): taken over from spreadsheets, compared from year to year, and invited by mail or on paper."""
