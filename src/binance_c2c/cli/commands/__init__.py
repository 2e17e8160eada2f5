"""The commands, one module for each first word. Each module lists its commands in `COMMANDS`."""
