"""Practice: a trainee interviews a simulated patient, and is marked by the rules that serve the clinician."""
