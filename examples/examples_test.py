#!/usr/bin/env python3
"""Runs the examples on the data they come with; what they print must be what Python computes from the same files.

usage: examples_test.py FOLDER-OF-PROGRAMS TRUENO
"""
import collections
import csv
import datetime
import decimal
import fractions
import hashlib
import http.server
import importlib.util
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import unittest

PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
TRUENO = pathlib.Path(sys.argv.pop(1)).resolve()
HERE = pathlib.Path(__file__).resolve().parent


def nearest_double(values):
    """The average, rounded once."""
    return float(sum(map(fractions.Fraction, values)) / len(values))


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def make(self, name):
        spec = importlib.util.spec_from_file_location(f"{name}_data", HERE / name / "data.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.write(self.folder)
        return module

    def run_program(self, name, *arguments):
        done = subprocess.run([PROGRAMS / name, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def run_script(self, name):
        """The results of a script's queries, each a list of rows."""
        script, = (HERE / name).glob("*.sql")
        done = subprocess.run([TRUENO, "--format", "jsonl", "-f", script], cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [list(json.loads(line, parse_float=decimal.Decimal).values()) for line in done.stdout.splitlines()]

    def rows(self, name):
        with open(self.folder / name, newline="") as file:
            return list(csv.DictReader(file))

    def test_asset_search(self):
        self.make("asset_search")
        found = collections.defaultdict(list)
        for row in self.rows("assets.csv"):
            if "oak" in row["name"].lower() or "oak" in row["list_of_tags"]:
                found[row["category"]].append(row)
        totals = [(name, len(rows), sum(int(row["bytes"]) for row in rows), max(row["modified"] for row in rows)) for name, rows in found.items()]
        totals.sort(key=lambda total: (-total[2], total[0]))
        self.assertEqual(len(totals), 5)
        self.assertEqual(self.run_program("asset_search", "assets.csv", "OAK"), [",".join(map(str, total)) for total in totals])

    def test_model_runs(self):
        self.make("model_runs")
        groups = collections.defaultdict(list)
        for line in (self.folder / "runs.jsonl").read_text().splitlines():
            step = json.loads(line)
            if step["loss"] is not None:
                groups[step["run"], step["at"][:13]].append(step)
        got = json.loads("\n".join(self.run_program("model_runs", "runs.jsonl")))
        self.assertEqual(len(got), len(groups))
        for row, ((run, hour), steps) in zip(got, sorted(groups.items())):
            losses = [step["loss"] for step in steps]
            self.assertEqual((row["run"], row["hour"]), (run, hour.replace("T", " ") + ":00:00"))
            self.assertEqual((row["steps"], row["loss"], row["best_loss"]), (len(steps), nearest_double(losses), min(losses)))
            self.assertAlmostEqual(row["spread"], statistics.stdev(losses), delta=1e-12)
            self.assertEqual(row["last_accuracy"], max(steps, key=lambda step: step["step"])["accuracy"])

    def test_shell_history(self):
        self.make("shell_history")
        runs, seconds, different, hours = collections.Counter(), collections.Counter(), collections.defaultdict(set), collections.Counter()
        for line in (self.folder / "history.txt").read_text().splitlines():
            match = re.fullmatch(r": (\d+):(\d+);(.*)", line)
            if not match:
                continue
            program = match[3].split(" ")[0]
            runs[program] += 1
            seconds[program] += int(match[2])
            different[program].add(match[3])
            hours[datetime.datetime.fromtimestamp(int(match[1]), datetime.timezone.utc).hour] += 1
        best = sorted(runs, key=lambda program: (-runs[program], program))[:5]
        expected = [f"program {program} {runs[program]} {seconds[program]} {len(different[program])}" for program in best]
        expected += [f"hour {hour} {count}" for hour, count in sorted(hours.items())]
        self.assertEqual(sum(runs.values()), 3000)
        self.assertEqual(self.run_program("shell_history", "history.txt"), [*expected, "device simd"])

    def test_usage_billing(self):
        prices = self.make("usage_billing").PRICES
        usage = collections.Counter()
        for row in self.rows("usage.csv"):
            usage[row["customer"], row["product"], row["day"][:7] + "-01"] += int(row["units"])

        def invoices():
            totals = collections.defaultdict(decimal.Decimal)
            for (customer, product, month), units in usage.items():
                totals[customer, month] += max(units - 1000, 0) * decimal.Decimal(prices[product])
            cent = decimal.Decimal("0.01")
            return [f"{customer},{month},{total.quantize(cent, decimal.ROUND_HALF_UP)}" for (customer, month), total in sorted(totals.items())]

        expected = ["visit 1: computed and kept", *invoices(), "visit 2: cached", "visit 3: computed and kept"]
        usage["customer 1", "storage", "2025-01-01"] += 5000
        self.assertEqual(self.run_program("usage_billing", "usage.csv", "prices.csv"), expected + invoices())

    def test_dashboard(self):
        self.make("dashboard")
        orders = [(row["region"], row["product"], row["day"][:7], decimal.Decimal(row["amount"])) for row in self.rows("orders.csv")]

        def sums(pairs):
            totals = collections.defaultdict(decimal.Decimal)
            for key, amount in pairs:
                totals[key] += amount
            return totals

        def panels(region):
            chosen = [order for order in orders if region in ("all", order[0])]
            amounts = [order[3] for order in chosen]
            yield "total", [{"orders": len(chosen), "revenue": sum(amounts), "average": nearest_double(amounts)}]
            yield "by_month", [{"month": month, "revenue": total} for month, total in sorted(sums((o[2], o[3]) for o in chosen).items())]
            best = sorted(sums((o[1], o[3]) for o in chosen).items(), key=lambda total: (-total[1], total[0]))[:3]
            yield "top_products", [{"product": product, "revenue": total} for product, total in best]
            sizes = collections.Counter("small" if amount < 20 else "medium" if amount < 100 else "large" for amount in amounts)
            yield "sizes", [{"size": size, "orders": count} for size, count in sizes.most_common()]
            medians = collections.defaultdict(list)
            for order in orders:
                medians[order[0]].append(order[3])
            yield "regions", [{"region": name, "median": statistics.median_low(values)} for name, values in sorted(medians.items())]

        got = [json.loads(line, parse_float=decimal.Decimal) for line in self.run_joined("dashboard", "orders.csv")]
        for region, cached in [("all", 0), ("north", 1), ("all", 5)]:
            for name, rows in panels(region):
                panel = got.pop(0)
                self.assertEqual((panel["region"], panel["panel"]), (region, name))
                self.assertEqual([{key: self.number(value) for key, value in row.items()} for row in panel["rows"]],
                                 [{key: self.number(value) for key, value in row.items()} for row in rows], name)
            self.assertEqual(got.pop(0), {"region": region, "cached": cached})
        self.assertEqual(got, [])

    def run_joined(self, name, *arguments):
        """Lines that begin an object; a result's rows stand on several."""
        lines = []
        for line in self.run_program(name, *arguments):
            if line.startswith('{"region":') and (not lines or lines[-1].endswith("}")):
                try:
                    json.loads(lines[-1]) if lines else None
                    lines.append(line)
                    continue
                except json.JSONDecodeError:
                    pass
            lines[-1] += line
        return lines

    @staticmethod
    def number(value):
        """Decimals are written as they are; a double is compared as one."""
        return float(value) if isinstance(value, (float, decimal.Decimal)) else value

    def test_joins(self):
        self.make("joins")
        country = {row["customer"]: row["country"] for row in self.rows("customers.csv")}
        orders = self.rows("orders.csv")
        by_country = collections.defaultdict(list)
        for order in orders:
            if order["customer"] in country:
                by_country[country[order["customer"]]].append(int(order["amount"]))
        expected = [[name, len(amounts), sum(amounts)] for name, amounts in sorted(by_country.items())]
        counts = collections.Counter(order["customer"] for order in orders)
        expected += sorted([[customer, counts[customer]] for customer in country], key=lambda row: (row[1], row[0]))[:10]
        expected += [[int(order["id"])] for order in orders if order["customer"] not in country]
        rates = collections.defaultdict(list)
        for row in self.rows("rates.csv"):
            rates[row["currency"]].append((row["day"], fractions.Fraction(row["rate"])))
        converted = collections.defaultdict(fractions.Fraction)
        for order in orders:
            rate = max(pair for pair in rates[order["currency"]] if pair[0] <= order["day"])[1]
            converted[order["currency"]] += int(order["amount"]) * rate
        expected += [[currency, float(total)] for currency, total in sorted(converted.items())]
        days = collections.defaultdict(set)
        for order in orders:
            days[order["customer"]].add(order["day"])
        known = sorted(country)
        expected += [[sum(1 for a in known for b in known if a < b and country[a] == country[b] and days[a] & days[b])]]
        self.assertEqual([list(map(self.number, row)) for row in self.run_script("joins")], expected)

    def test_ctes(self):
        self.make("ctes")
        staff = {int(row["id"]): (row["name"], int(row["boss"] or 0), int(row["salary"])) for row in self.rows("staff.csv")}
        chains = {}
        for number in staff:
            chain, at = [], number
            while at:
                chain.append(at)
                at = staff[at][1]
            chains[number] = chain
        depths = collections.defaultdict(list)
        for number, chain in chains.items():
            depths[len(chain) - 1].append(number)
        expected = [[depth, len(numbers), max(len(" > ".join(staff[n][0] for n in chains[number])) for number in numbers)]
                    for depth, numbers in sorted(depths.items())]
        costs, below = collections.Counter(), collections.Counter()
        for number, chain in chains.items():
            for boss in chain:
                costs[boss] += staff[number][2]
                below[boss] += boss != number
        bosses = sorted((number for number in staff if below[number]), key=lambda number: (-costs[number], staff[number][0]))
        expected += [[staff[number][0], costs[number], below[number]] for number in bosses[:5]]
        for depth, numbers in sorted(depths.items()):
            average = fractions.Fraction(sum(staff[number][2] for number in numbers), len(numbers))
            above = sum(staff[number][2] > average for number in numbers)
            if above:
                expected.append([depth, above])
        self.assertEqual(self.run_script("ctes"), expected)

    def test_remote_files(self):
        self.make("remote_files")
        folder = self.folder

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *unused):
                pass

            def do_GET(self):
                data = (folder / self.path.lstrip("/")).read_bytes()
                first, last = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups()
                part = data[int(first):int(last) + 1]
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(data)}")
                self.send_header("Content-Length", str(len(part)))
                self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
                self.end_headers()
                self.wfile.write(part)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        stations = collections.defaultdict(list)
        for name in ["january.csv", "february.csv"]:
            for row in self.rows(name):
                stations[row["station"]].append(decimal.Decimal(row["celsius"]))
        expected = [f"{name},{len(values)},{float(max(values))},2" for name, values in sorted(stations.items())]
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        self.assertEqual(self.run_program("remote_files", address + "january.csv", address + "february.csv"), [*expected, "again: cached"])

    def test_arrow_exchange(self):
        self.make("arrow_exchange")
        sensors = collections.defaultdict(list)
        for row in self.rows("readings.csv"):
            sensors[row["sensor"]].append(row["value"])
        values = {name: [int(value) for value in all_values if value] for name, all_values in sensors.items()}
        expected = [f"{name},{len(sensors[name])},{len(values[name])},{sum(values[name])}" for name in sorted(sensors)]
        positive = sum(value for numbers in values.values() for value in numbers if value > 0)
        self.assertEqual(self.run_program("arrow_exchange", "readings.csv"), [*expected, f"positive {positive}"])

    def test_csv_cleaning(self):
        self.make("csv_cleaning")

        def day(text):
            for pattern in ["%Y-%m-%d", "%d/%m/%Y"]:
                try:
                    return datetime.datetime.strptime(text.strip(), pattern).date().isoformat()
                except ValueError:
                    pass
            return None

        def money(text):
            try:
                return decimal.Decimal(text.strip().replace(",", "").replace("$", "")).quantize(decimal.Decimal("0.01"))
            except decimal.InvalidOperation:
                return None

        clean, rejected, raw = set(), 0, self.rows("members.csv")
        for row in raw:
            number = int(row["id"]) if re.fullmatch(r" *\d+ *", row["id"]) else None
            name = re.sub(r"\s+", " ", row["name"].strip())
            cells = (number, name or None, day(row["joined"]), money(row["fee"]))
            if None in cells:
                rejected += 1
            else:
                clean.add(cells)
        self.assertGreater(rejected, 20)
        result, = self.run_script("csv_cleaning")
        fees = sum(cells[3] for cells in clean)
        self.assertEqual([self.number(cell) for cell in result], [len(raw), len(clean), rejected, float(fees)])
        written = [(int(row["id"]), row["name"], row["joined"], decimal.Decimal(row["fee"])) for row in self.rows("clean.csv")]
        self.assertEqual(written, sorted(clean))
        self.assertEqual(len(self.rows("rejected.csv")), rejected)


if __name__ == "__main__":
    unittest.main()
