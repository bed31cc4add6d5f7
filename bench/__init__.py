"""Speed, measured as ratios in one run against something real. Nothing here is a test."""
