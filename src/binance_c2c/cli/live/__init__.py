"""Commands that go on until they are ended: the changes of orders, and the chat of an order."""
