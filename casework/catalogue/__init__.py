"""Class editions 2007, 2013 and 2026, filing conditions and the crosswalk: versioned data, never code."""
