"""Transcripts: canonical bytes, hash chain, durable append, lock, recovery, replay. No screen, no YAML.

problems   every code of this room, in one table
codec      canonical JSON, strict reading              chain     one line: seal, open, check (pure)
envelope   members of a record and of the header       recovery  whole file: sound, torn or corrupt (pure)
host       clock, user and random names                disk      the system calls, injectable
locks      one writer for one case                     bundle    protocols kept by digest
publish    new files that appear whole or not at all   store     the writer
read       read a transcript                           replay    verify it against its protocol
cases      the folder of cases                         salvage   copy what stands before damage
"""
