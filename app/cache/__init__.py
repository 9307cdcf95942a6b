"""What a seat keeps on its disk: seat.db (precious), cache.db (disposable), components and base map (read-only)."""
