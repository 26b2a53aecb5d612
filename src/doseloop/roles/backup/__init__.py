"""Backups: a copy of an installation as it was at one moment, made while everything runs.

    DEST/2026-11-24T141500Z/
      manifest.json     what it is a copy of, and a digest of every table of the record
      SHA256SUMS        of every file but these two; `sha256sum --check` knows the format
      record.sqlite3    or record.pgdump
      objects/          kept objects, encrypted as they are kept
      spool/            objects that were acknowledged and waited to be read
      doseloop.toml     settings, where there were any

The order is what makes it whole. An object that was acknowledged before the backup began stands in the view of the record;
its bytes lie in the spool until they are processed, and in the vault from before the commit that says so. So the waiting
bytes are taken hold of before the view and again after it (`make.py`), and the kept ones, which nothing changes or removes,
after it.
"""
