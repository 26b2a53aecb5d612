"""What leaves as a file: CSV, XLSX, and the stable JSON of the commands."""
