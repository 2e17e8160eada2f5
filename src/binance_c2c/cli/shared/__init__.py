"""What all commands stand on: options, keys, output, questions, errors and exit statuses."""
