"""The rules of the repository itself, read from its sources; each rule is proved once by a planted
violation.
"""
