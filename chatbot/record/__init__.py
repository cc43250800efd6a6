"""Transcripts: canonical bytes, hash chain, durable append, lock, recovery, replay. No screen, no YAML.

Pure, from bytes to bytes: ``codec`` canonical JSON; ``chain`` one sealed line; ``envelope`` the members of a
record and of the header; ``recovery`` whether a whole file is sound, torn or corrupt; ``problems`` the table of codes.

The world: ``host`` clocks, user and random names; ``disk`` the system calls, injectable; ``locks`` one writer for
one case; ``publish`` files that appear whole or not at all; ``bundle`` protocols kept by digest.

What others use: ``store`` the writer, with ``pen`` that composes its lines and ``reopen`` that recovers; ``read`` a
transcript; ``replay`` to verify it; ``cases`` the folder of cases; ``salvage`` what stands before damage;
``lineage`` visits and versions that belong together; ``bonds`` what ties a case to the one it comes from;
``listing`` them as lines; ``glance`` at each of them, quickly; ``standing`` how urgent a kept case is;
``succession`` which case may be followed up or amended, and what changed;
``attempts`` of trainees at stations, verified;
``event_list`` who did what, in words; ``recording`` a case opened to be played; ``access`` who looked at which case.

What holds a chain from outside: ``register`` of cases, written by ``registrar``; ``anchoring`` of files to it;
``checkpoint``, where a chain stood, signed as one of ``notes``.
What keeps content from others: ``sealing`` encrypts the data of one case; ``identities`` are the keys that open cases,
and the keyring of a run. Older shapes: ``upcast`` brings them to the one in memory.

Whose case it is: ``keys`` the site key; ``subject`` the code of a record number and what a label may not say;
``confirm`` what is asked before a case is opened again; ``pages`` a page in a file of its own.

Practice: ``stations`` keeps the station of an attempt that runs; ``sealed_stations`` is one that only its code opens;
``running`` says whether an attempt is over, and guards what is told of one that is not.

What was done with whole cases: ``journal`` the chained file of it; ``tombstones`` the cases that were disposed of.

Shared by these: ``sealed_log`` how register, access log and journal are read and added to; ``key_file`` how files of
keys are.
"""
