"""Working calendars, the time units of the field, pauses, deadlines and the reason for each."""
