"""What the program proposes and why: responsible units, conditions, next steps, what is near. It decides nothing."""
