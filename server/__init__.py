"""The centre: the truth of every seat, behind HTTP. No Qt."""
