#!/usr/bin/env python3
"""The interactive shell on a pseudo-terminal: lines, history, completion, Ctrl-C, progress.

usage: prompt_test.py TRUENO
"""
import os
import pathlib
import time
import unittest

from program import LONG_QUERY, TRUENO, FolderTest, main
from terminal import Terminal

PROMPT = "trueno> "
MORE = "   ...> "


class Prompt(FolderTest):
    def shell(self, *arguments, columns=100):
        terminal = Terminal([TRUENO, *arguments], {"TRUENO_HISTORY": str(self.folder / "history"), "HOME": str(self.folder)}, columns)
        self.addCleanup(terminal.__exit__)
        terminal.wait_for(PROMPT)
        return terminal

    def ask(self, terminal, text):
        """Types a line; what was printed up to the next prompt."""
        terminal.type(text + "\n")
        return terminal.wait_for("\n" + PROMPT)

    def test_a_statement_may_take_several_lines(self):
        terminal = self.shell()
        terminal.type("SELECT 40 +\n")
        terminal.wait_for(MORE)
        terminal.type("2 AS answer -- not yet ;\n")
        terminal.wait_for(MORE)
        shown = self.ask(terminal, ";")
        self.assertIn("answer", shown)
        self.assertIn("42", shown)
        self.assertRegex(shown, r"1 row in [0-9.]+ ms")

    def test_an_error_does_not_end_the_shell(self):
        terminal = self.shell()
        self.assertIn("Parser error", self.ask(terminal, "SELEC 1;"))
        self.assertIn("no command .what", self.ask(terminal, ".what"))
        self.assertIn("7", self.ask(terminal, "SELECT 7;"))

    def test_quit_exit_and_ctrl_d_end_it_with_0(self):
        for word in (".quit\n", ".exit\n", "\x04"):
            terminal = self.shell()
            terminal.type(word)
            self.assertEqual(terminal.wait(), 0)

    def test_ctrl_c_stops_the_query_and_not_the_shell(self):
        terminal = self.shell("--no-progress")
        terminal.type(LONG_QUERY + ";\n")
        time.sleep(0.7)
        terminal.type("\x03")
        terminal.wait_for("Cancelled")
        terminal.wait_for(PROMPT)
        self.assertIn("11", self.ask(terminal, "SELECT 11;"))

    def test_ctrl_c_at_the_prompt_drops_what_was_typed(self):
        terminal = self.shell()
        terminal.type("SELECT 1,\n")
        terminal.wait_for(MORE)
        terminal.type("half a line")
        time.sleep(0.2)
        terminal.type("\x03")
        terminal.wait_for("\n" + PROMPT)
        self.assertIn("12", self.ask(terminal, "SELECT 12;"))

    def test_history_is_kept_between_sessions(self):
        terminal = self.shell()
        self.ask(terminal, "SELECT 'kept text';")
        terminal.type(".quit\n")
        terminal.wait()
        self.assertIn("kept", pathlib.Path(self.folder / "history").read_text())
        terminal = self.shell()
        terminal.type("\x1b[A\x1b[A")  # up, past .quit
        self.assertIn("kept text", self.ask(terminal, ""))

    def test_no_history_keeps_nothing(self):
        terminal = self.shell("--no-history")
        self.ask(terminal, "SELECT 1;")
        terminal.type(".quit\n")
        terminal.wait()
        self.assertFalse(os.path.exists(self.folder / "history"))

    def test_tab_completes_words_of_the_grammar_tables_columns_and_commands(self):
        terminal = self.shell()
        self.ask(terminal, "CREATE TABLE measurements(temperature DOUBLE);")
        terminal.type("SELECT temp\tFROM measu\t")  # the column is only known once the table is
        terminal.type("\x01\x0b")  # to the beginning, and delete to the end
        terminal.type("SELECT count(*) AS n FROM measu\t")
        self.assertIn("│ 0 │", self.ask(terminal, ";").replace(" ", " ").replace("│      0 │", "│ 0 │"))
        terminal.type(".tab\t\n")
        self.assertIn("measurements", terminal.wait_for("\n" + PROMPT))
        terminal.type("FROM measurements SELECT tempe\t;\n")
        self.assertIn("temperature", terminal.wait_for("\n" + PROMPT))
        terminal.type("SET thr\t= 2;\n")
        terminal.wait_for("\n" + PROMPT)
        self.assertIn("2", self.ask(terminal, "SHOW threads;"))

    def test_a_long_result_is_cut_and_says_so(self):
        terminal = self.shell()
        shown = self.ask(terminal, "SELECT x FROM range(1000) t(x);")
        self.assertIn("1,000 rows in", shown)
        self.assertIn("40 shown", shown)
        self.assertIn("│    999 │", shown)
        self.assertNotIn("│    500 │", shown)

    def test_a_wide_result_fits_the_terminal(self):
        terminal = self.shell(columns=60)
        shown = self.ask(terminal, "SELECT 'a text that is much longer than this terminal is wide, by far' AS a, 'short' AS b;")
        widths = {len(line.rstrip()) for line in shown.splitlines() if line.startswith(("│", "┌", "└", "├"))}
        self.assertEqual(widths, {60})
        self.assertIn("…", shown)

    def test_timer_and_mode(self):
        terminal = self.shell()
        self.ask(terminal, ".timer on")
        self.ask(terminal, ".mode csv")
        shown = self.ask(terminal, "SELECT 1 AS a, 2 AS b;")
        self.assertIn("a,b\r\n1,2", shown)
        self.assertIn("time: total", shown)

    def test_a_long_query_shows_its_progress(self):
        terminal = self.shell()
        terminal.type(LONG_QUERY + ";\n")
        terminal.wait_for(" %  ", 60)
        terminal.type("\x03")
        terminal.wait_for("Cancelled")


class OneShot(unittest.TestCase):
    def test_a_binary_format_is_not_for_a_terminal(self):
        with Terminal([TRUENO, "--format", "arrow", "-c", "SELECT 1"]) as terminal:
            terminal.wait_for("not for a terminal")
            self.assertEqual(terminal.wait(), 1)


if __name__ == "__main__":
    main()
