"""An answer that can be believed: its numbers looked up in what the code showed, its form held against the question. Pure."""
