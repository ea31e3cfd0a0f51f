"""gRPC's wire protocol for a server whose calls are answered where they are read.

The library h2 speaks HTTP/2; here are the threads around it, gRPC's framing and the frames of the fast path. The server of
the package grpcio hands each message through several threads, which takes longer than a step of most environments
(`benchmarks/transport.py` measures both).
"""
