"""How many seeds can be simulated, and which of them show something wrong?"""
