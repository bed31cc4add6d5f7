"""Every message that people read, in every state: kept as snapshots, shown on one page."""
