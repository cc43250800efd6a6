"""What must hold on every possible interview: properties, looked at on single cases and proved over all."""
