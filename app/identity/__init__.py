"""Who is asking: accounts, sign-in, sessions, and the actor that every request and every recipient becomes."""
