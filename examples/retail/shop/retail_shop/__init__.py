"""What does a retailer's own order system look like to Interlock? An API over data that is read when it starts."""
