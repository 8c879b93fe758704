"""Applications: a person asks to become a member of a mini-cluster, and those who keep it decide."""
