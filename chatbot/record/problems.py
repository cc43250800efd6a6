"""Every code this room reports, in one table. Codes are for ever: one is never reused for another meaning.

``docs/transcript-format.md`` explains each; a test holds the two together.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "T001": "not a transcript",
    "T003": "the last record was not completely saved",
    "T004": "a line that is not a record in canonical form",
    "T005": "the hash of a record does not match its content",
    "T006": "a record does not follow the one before it",
    "T009": "something stands after the end of the case",
    "T010": "written by a newer version",
    "T011": "an event this version does not know",
    "T012": "replay gives another plan than recorded",
    "T013": "an event does not fit its protocol",
    "T014": "a kept protocol does not match its digest",
    "T015": "a record or header with a missing or wrong member",
    "T023": "encrypted content that does not open with the key of its case",
    "F001": "a folder that cannot be closed to other users",
    "F002": "no such file",
    "F003": "no permission, or a read-only file system",
    "F004": "not a regular file",
    "F005": "the disk is nearly full",
    "F006": "an answer could not be saved",
    "F007": "the protocol of a case is not kept beside it",
    "F008": "the protocol does not fit the case that is to be opened",
    "F009": "the target exists already",
    "F010": "an event that cannot be stored",
    "F011": "the transcript is not open for writing",
    "F012": "a file could not be read or written",
    "F013": "a case stands in the folder of another kind",
    "L001": "another process is writing this case",
    "K001": "there is no site key",
    "K002": "the key file exists already",
    "K003": "the key file is open to other users",
    "K004": "not a key file, or a damaged one",
    "K005": "a key file could not be read or written",
    "K006": "a record number that cannot be used",
    "K007": "a label or code that reads like a person's name",
    "K008": "a label that holds the record number, or a number long enough to be one",
    "K009": "the case was not confirmed; nothing was opened",
    "K030": "an encrypted case that none of the keys at hand opens",
    "K031": "not an identity file, or a damaged one",
    "K032": "not a recipient that cases can be encrypted to, or too many of them",
    "K033": "a key locked with a passphrase that was not unlocked, or a passphrase that is too short",
    "K034": "a case was not opened, since nobody here could go on with it",
}
"""Code to what it means. T007 and T008 are kept free for a register of cases."""
