"""Who may see and do what, what is personal, what must be kept, proven or erased?"""
