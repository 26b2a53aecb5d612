"""The Model Context Protocol server: programs ask for dose figures by plan or in words, within an account's rights."""
