"""Pictures of the resting map: one generic interpreter per kind of rule, drawn tile by tile in worker threads."""
