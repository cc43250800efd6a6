"""The author's tools: check on save, try a question, evaluate a condition, begin a protocol, draw the graph."""
