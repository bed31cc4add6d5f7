"""What people see: verdicts as check runs and comments. Pure; it refuses to decide anything."""
