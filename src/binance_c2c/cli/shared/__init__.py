"""Code that all commands use: options, keys, output, questions, errors and exit statuses."""
