"""The seat's network: the HTTP client, and the engine thread that runs casework.sync.seat. No Qt."""
