"""The benchmarks: one module each, run by `dev.py bench NAME`; they print ratios, not claims.

Each measures on this machine and prints a calibration of the machine first (bench/report.py). Nothing here
ships.
"""
