"""A whole centre in one thread on virtual time: what happens when everything that can go wrong does, again and again?"""
