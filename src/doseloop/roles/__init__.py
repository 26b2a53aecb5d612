"""What runs: `serve` and its children (web server, receiver, worker), their settings, and how they end."""
