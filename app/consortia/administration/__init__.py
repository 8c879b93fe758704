"""Making and changing places: consortia by operators, mini-clusters and their people by coordinators and managers."""
