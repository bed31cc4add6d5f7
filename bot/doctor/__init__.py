"""What a set-up needs to work, looked at and judged; it mends nothing."""
