"""A case file lived through again: its reports come in by the same door as any, and each case takes its recorded course."""
