"""The seat: one operator's desktop, the video wall and the offline grid editor (Qt)."""
