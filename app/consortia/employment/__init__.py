"""Where members work, as it changes: said by the person, confirmed by those who keep one of his mini-clusters."""
