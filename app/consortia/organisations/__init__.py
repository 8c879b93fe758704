"""Organisations: companies by size band, universities, institutes, local governments, support organisations."""
