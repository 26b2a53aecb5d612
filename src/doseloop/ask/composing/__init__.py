"""From the phrases of one reading to what they say together; one file for each kind of phrase."""
