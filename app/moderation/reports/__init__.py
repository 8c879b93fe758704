"""Reports: a member says that something should not stand where it stands."""
