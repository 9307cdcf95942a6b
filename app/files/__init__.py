"""Files a person hands to the seat, looked into in a process of their own: geopandas and its like are imported nowhere else."""
