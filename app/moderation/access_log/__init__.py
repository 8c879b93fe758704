"""The access log: what staff read, shown to coordinators, operators and the member concerned."""
