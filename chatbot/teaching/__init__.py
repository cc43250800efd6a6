"""What comes of many attempts: the progress of a trainee, the next patient, a group for its teacher, second markers.

``marked`` one marked attempt, and walks over folders of them; ``spacing`` when a patient comes again; ``progress`` of
one trainee; ``progress_text`` as lines. ``shares`` a rate with its interval; ``agreement`` of markers; ``group`` the
statistics, ``group_tables`` them as tables, ``group_page`` as a page; ``second`` what a marker gives.

Attempts are the only truth: everything here is worked out from transcripts again, and nothing is kept.
"""
