"""How are outside systems reached? By the only code that does it, and only with an allowed judgement in hand."""
