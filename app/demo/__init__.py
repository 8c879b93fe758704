"""Demo data: invented people, companies, ideas and comments in natural Korean, and the commands that load them."""
