"""The commands, a module for each first word. Each module lists its own in `COMMANDS`."""
