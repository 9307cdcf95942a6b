"""The map of the seat: tiles drawn here, a page that only shows, and one typed channel between the two."""
