"""Files a person hands to the seat, looked into in a process of their own: heavy libraries stay in here."""
