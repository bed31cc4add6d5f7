"""What was blocked, or would have been: as text for a terminal, as values, as one HTML page."""
