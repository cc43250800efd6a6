"""Audits of many cases: what is found, counted, kept, asked; and what must not be."""
