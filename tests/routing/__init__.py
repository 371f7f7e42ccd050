"""Who takes which waiting interaction: given facts, when a command, then facts."""
