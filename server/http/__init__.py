"""The doors of the centre: decode, know who asks, call, encode. No rule of the work is decided here."""
