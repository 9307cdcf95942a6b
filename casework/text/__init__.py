"""Text as it is looked for: folded writing, overlapping bigrams, and what must not be kept in the clear."""
