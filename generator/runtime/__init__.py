"""The typed operations and models of Binance's C2C merchant API, made from its description. Imports load on use."""
