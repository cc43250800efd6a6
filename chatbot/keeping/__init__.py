"""The keeping of records: what a records manager does with whole cases, never with an answer inside one.

``relatives`` says which cases are one person's; ``hold`` who may not be disposed of; ``retention`` what is due;
``disposal`` removes a case and leaves a tombstone, of which ``registered`` tells the register; ``backup`` and
``restoring`` copy a folder of cases and bring it back; ``inventory`` lists what is on this machine, with
``disk_encryption``; ``subject_package`` gathers everything about one person, with ``readable`` for each case and
``accesses`` for who read them; ``redaction`` writes a case out without what tells whose it is. What was done stands
in the journal (``chatbot.record.journal``).
"""

CODES = {
    "R001": "the journal is damaged",
    "R002": "a legal hold stands on the case",
    "R003": "the case is not due by the retention period, or there is none",
    "R004": "the disposal was not confirmed",
    "R005": "the case is damaged",
    "R006": "a file of a backup is damaged, missing, or not of it",
    "R007": "the target exists already, or stands among the transcripts",
    "R008": "without what was taken out the case would come to something else",
    "R009": "there is no hold of that kind",
    "R010": "this case was disposed of",
    "R011": "no case of this person is here",
    "R012": "this is not a backup",
}
"""Every code of these commands with what it stands for."""
