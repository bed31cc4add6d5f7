"""The HTTP side: takes deliveries in, and says whether the process is well. It judges nothing."""
