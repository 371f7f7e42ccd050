"""The log and what it stands on: PostgreSQL (embedded or given), the vault of personal keys, and a memory log for tests."""
