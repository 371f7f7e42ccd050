"""Interlock: the model suggests, Interlock decides, the connector executes, the log remembers."""

__version__ = "0.1.0"
