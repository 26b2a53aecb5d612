"""One chart a file: facts to an ECharts option, as plain data."""
