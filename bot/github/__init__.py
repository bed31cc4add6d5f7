"""GitHub: the only place that speaks HTTP to it. Events in, facts read, check runs written."""
