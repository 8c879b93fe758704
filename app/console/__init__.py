"""Pages for those who look after places: managers, coordinators, operators; over the services, never the tables."""
