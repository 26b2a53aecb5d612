"""Who may see what: the `Scope` that every repository and facts function takes, the roles and their rights."""
