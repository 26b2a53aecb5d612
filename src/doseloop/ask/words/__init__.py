"""Words of plain-language questions, one folder a language."""
