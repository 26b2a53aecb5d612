"""Cases, actions and their effects: a flag that someone follows until the change behind it is shown to work."""
