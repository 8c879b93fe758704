"""The state of an idea on its way to a joint project: set by coordinators with a word, dated, told to followers."""
