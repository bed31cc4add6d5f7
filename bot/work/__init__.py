"""The durable inbox and work queue: what GitHub announced, and what must be looked at again."""
