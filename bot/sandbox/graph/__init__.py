"""The GraphQL API: GitHub's types over the state, what a query costs, and its errors."""
