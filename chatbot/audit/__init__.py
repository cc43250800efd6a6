"""Many transcripts at once: verify, replay, count, query. Reads only; nothing here writes to a transcript.

``find`` the cases of a folder; ``row`` what an audit knows of one case; ``measure`` works it out while a case is
replayed; ``work`` does one case, in a process of its own; ``across`` what the register says is missing; ``bulk`` many
cases on all cores, in order; ``state`` what is kept to go on after an interruption; ``tally`` counts rows without
keeping them; ``lines`` the counts as people and machines read them; ``lists`` one line per thing found; ``tables`` the
same as tables of columns; ``query`` SQL over them; ``parquet`` writes them to files; ``progress`` a bar; ``cluster``
the same work on other machines.
"""
