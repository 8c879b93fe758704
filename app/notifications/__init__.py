"""Telling people: who hears of an event, the inbox, devices, and pushes on their way to phones."""
