"""Commands that run until they are ended: `orders watch` and `chat`."""
