"""The demonstration city: generated from a seed, in Chinese, plausible, and like no real place.

Figures measured on it prove nothing about real cities (design decision 19); `City.is_generated` says so.
"""
