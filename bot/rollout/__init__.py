"""Rolling the gate out: what a ruleset must say, and what was or would be blocked. Pure."""
