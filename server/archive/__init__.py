"""Closed cases of years: one file at the centre, and from it one prebuilt, searchable file per set of channels."""
