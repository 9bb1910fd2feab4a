"""Which sheet a question is about: words, stems and fragments of words, counted; no weights, no network."""
