"""Regions, complexes, consortia, mini-clusters and who belongs to them."""
