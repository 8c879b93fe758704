"""The tour of mini-clusters (MC기행): what one shows to all members, to learn from."""
