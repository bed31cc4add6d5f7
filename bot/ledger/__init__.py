"""What Plan Gate remembers besides the queue: decisions, exemptions, links, and who did what."""
