"""The grammar of the six words: event, command, decider, projection, reaction, connector."""
