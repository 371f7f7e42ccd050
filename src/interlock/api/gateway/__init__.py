"""The MCP gateway: other vendors' agents get the actions that they may propose as tools; each call is a proposal."""
