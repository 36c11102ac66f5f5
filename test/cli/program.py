"""The program under test, and how its runs are looked at."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TRUENO = str(pathlib.Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else ""

# By how much a run may take longer than without a sanitizer.
PATIENCE = int(os.environ.get("TRUENO_TEST_PATIENCE", "1"))

# Runs for minutes unless it is stopped.
LONG_QUERY = "SELECT count(*) FROM range(100000000000) t(x) WHERE x % 7 = 3"


def run(*arguments, stdin=None, timeout=120, binary=False, **more):
    text = {} if binary else {"text": True, "encoding": "utf-8"}
    return subprocess.run([TRUENO, *arguments], input=stdin, capture_output=True, timeout=timeout * PATIENCE, **text, **more)


def sql(statement, *arguments, **more):
    return run("--format", "csv", "--no-footer", "-c", statement, *arguments, **more)


class FolderTest(unittest.TestCase):
    """Each test has a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)


def main():
    sys.argv.pop(1)
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    unittest.main(module="__main__")
