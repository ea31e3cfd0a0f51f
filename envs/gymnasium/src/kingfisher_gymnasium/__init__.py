"""Gymnasium environments over gRPC, in Kingfisher's protocol (`kingfisher/env/v1/environment.proto`).

`kingfisher-gymnasium serve` is the server; `kingfisher_gymnasium.client` has the environments that use a server.
"""

from importlib.metadata import version

__version__ = version("kingfisher-gymnasium")
