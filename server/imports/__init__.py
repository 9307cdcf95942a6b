"""Files from outside: read by a profile, every row accounted for, reported before anything enters."""
