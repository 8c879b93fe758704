"""Another e-mail address, confirmed at the old one and at the new one."""
