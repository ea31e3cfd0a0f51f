"""Builds the package, with the messages that protoc makes of the project's environment.proto.

What is generated is never in the repository. In a checkout the proto is the one of the `proto` module; a source
distribution carries a copy of it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from setuptools import setup
from setuptools.command.build import build
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = Path(__file__).resolve().parent
PACKAGE = "kingfisher_gymnasium"
PROTO = Path("kingfisher/env/v1/environment.proto")
COPY = HERE / "protobuf"
PROTO_FOLDERS = (HERE.parent.parent / "proto" / "src" / "main" / "protobuf", COPY)


def proto_folder() -> Path:
    """The folder below which the proto lies."""
    for folder in PROTO_FOLDERS:
        if (folder / PROTO).is_file():
            return folder
    sys.exit(f"{PROTO.name} is neither in the checkout's proto module nor in {COPY}: build from a whole checkout")


def generate(target: Path) -> None:
    """Writes the messages' module and its types into the folder `target`."""
    folder = proto_folder()
    with tempfile.TemporaryDirectory() as scratch:
        command = ["-m", "grpc_tools.protoc", f"-I{folder}", f"--python_out={scratch}", f"--pyi_out={scratch}", str(PROTO)]
        subprocess.run([sys.executable, *command], check=True)
        target.mkdir(parents=True, exist_ok=True)
        for suffix in (".py", ".pyi"):
            module = Path(scratch) / PROTO.parent / f"environment_pb2{suffix}"
            # The module lies in this package, not where the proto's own package would put it.
            text = module.read_text(encoding="utf-8").replace("kingfisher.env.v1.environment_pb2", f"{PACKAGE}.environment_pb2")
            (target / module.name).write_text(text, encoding="utf-8")


class Build(build):
    """Builds in a folder of its own, so that no module of an earlier build gets into the wheel."""

    def initialize_options(self) -> None:
        super().initialize_options()
        self.build_base = tempfile.mkdtemp(prefix=f"{PACKAGE}-")


class BuildPython(build_py):
    """Adds the generated modules; beside the sources if the installation is editable."""

    def run(self) -> None:
        super().run()
        generate(HERE / "src" / PACKAGE if self.editable_mode else Path(self.build_lib) / PACKAGE)


class SourceDistribution(sdist):
    """Adds the copy of the proto."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        super().make_release_tree(base_dir, files)
        copy = Path(base_dir) / COPY.name / PROTO
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(proto_folder() / PROTO, copy)


setup(cmdclass={"build": Build, "build_py": BuildPython, "sdist": SourceDistribution})
