"""The gate: facts in, a verdict out. Pure: no I/O, no clock, no environment."""
