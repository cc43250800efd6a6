"""Written forms of a case: events, plan and labels in, text out."""
