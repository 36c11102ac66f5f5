"""A program on a pseudo-terminal: type, wait for text, look at what was printed."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07")


class Terminal:
    """Runs `arguments` with a terminal of `columns` x 40. Use as a context manager: the program is ended at the end."""

    def __init__(self, arguments, environment=None, columns=100):
        self.screen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm", "LC_ALL": "C.UTF-8", **(environment or {})})
            os.execv(arguments[0], arguments)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.status = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def type(self, text):
        os.write(self.fd, text.encode())

    def read(self, seconds):
        """What comes within `seconds`, or until nothing more can come; None at the end."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return ""
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the program closed its side
            return None
        if not data:
            return None
        self.screen += ESCAPES.sub("", data.decode(errors="replace"))
        return data

    def wait_for(self, text, seconds=30):
        """Waits until `text` was printed since the last wait; returns everything up to it."""
        end = time.monotonic() + seconds
        while text not in self.screen:
            left = end - time.monotonic()
            if left <= 0 or self.read(left) is None:
                raise AssertionError(f"no {text!r} within {seconds} s; the screen:\n{self.screen}")
        before, _, self.screen = self.screen.partition(text)
        return before + text

    def wait(self, seconds=30):
        """Waits for the program's end; its exit code."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.read(0.05) is None:
                time.sleep(0.01)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
        raise AssertionError(f"it does not end within {seconds} s; the screen:\n{self.screen}")
