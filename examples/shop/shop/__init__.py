"""What does a company's own shop system look like to Interlock? A store with a process and a file of its own."""
