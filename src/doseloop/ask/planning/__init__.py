"""From what a reading says to a plan: alone, or as a change of the plan before."""
