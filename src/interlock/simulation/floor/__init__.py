"""What would a floor of a contact centre do: the real routing in memory, with simulated customers and agents, on virtual time?"""
