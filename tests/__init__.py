"""The tests: they mirror the packages; pair/ holds a seat and a centre together, repo/ the rules of the
repository.
"""
