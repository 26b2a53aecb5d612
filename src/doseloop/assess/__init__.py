"""What a rule notices, one finding a file: pure functions from an exam and its past to a finding, or none."""
