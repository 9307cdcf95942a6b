"""Wire messages, the seat's side, the centre's side and the projection, all without input or output."""
