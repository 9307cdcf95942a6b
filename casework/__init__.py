"""The work itself: cases, commands, rules, time and sync. Pure: no Qt, no SQL, no socket, no clock, no file."""
