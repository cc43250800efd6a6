"""Views as lines of text: functions of a view and a width, without widgets and without state."""
