"""The rooms behind dev.py: environment, system libraries, page bundle, strings.

Standard library only, because it runs before anything is installed. Nothing here ships.
"""
