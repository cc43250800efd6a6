"""The few widgets: a pane that draws lines, and the field for typed answers."""
