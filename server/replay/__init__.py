"""A case file lived through again: reports come in by the door of any intake, cases take their recorded course."""
