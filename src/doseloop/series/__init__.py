"""A site's series over time: what each rule that looks at series by the clock would have found on each day."""
