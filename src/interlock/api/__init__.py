"""How others reach the centre: REST, live streams, the customer's chat, sign-in, pages."""
