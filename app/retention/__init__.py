"""How long what nobody needs any more is kept, and its deletion in small portions."""
