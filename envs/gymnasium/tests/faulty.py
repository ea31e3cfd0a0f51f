"""Environments that fail, each in one way; registered for servers by `--import faulty`."""
