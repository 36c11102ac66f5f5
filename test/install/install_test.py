#!/usr/bin/env python3
"""Installs the build, and uses it as a stranger would: find_package, pkg-config, the command line, a Parquet file, and the symbols that
the library shows. Everything happens in a fresh folder outside the source tree."""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if result.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def check(holds, what):
    if not holds:
        sys.exit(f"does not hold: {what}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("cmake", "build", "source", "compiler", "libdir", "python"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    source = pathlib.Path(options.source)
    # What the build knows must not reach the program through the environment.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TRUENO_", "LD_"))}

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        prefix, work = folder / "prefix", folder / "work"
        run(options.cmake, "--install", options.build, "--prefix", prefix, "--component", "library")
        # Moved once more: nothing may depend on where it was installed first.
        moved = folder / "moved"
        prefix.rename(moved)
        libraries = moved / options.libdir

        shutil.copytree(source / "examples/embed", work)
        run(options.cmake, "-G", "Ninja", "-S", work, "-B", work / "build", f"-DCMAKE_PREFIX_PATH={moved}", f"-DCMAKE_CXX_COMPILER={options.compiler}")
        run(options.cmake, "--build", work / "build")
        said = run(work / "build/embed", env=environment)
        check(re.fullmatch(r"total 3\.75, computed by \w+\n", said), f"find_package: the example prints the total, it said {said!r}")

        flags = run("pkg-config", "--cflags", "--libs", "trueno", env=environment | {"PKG_CONFIG_PATH": str(libraries / "pkgconfig")}).split()
        run(options.compiler, "-std=c++20", work / "main.cc", *flags, f"-Wl,-rpath,{libraries}", "-o", work / "with_pkg_config")
        check(run(work / "with_pkg_config", env=environment) == said, "pkg-config: the same program says the same")

        csv = folder / "events.csv"
        csv.write_text("value\n1\n41\n")
        check(run(work / "build/embed", csv, env=environment).startswith("total 42,"), "the example sums a CSV file")
        if (libraries / "libtrueno_arrow.so").exists():
            parquet = folder / "events.parquet"
            run(options.python, "-c", "import sys, pyarrow as a, pyarrow.parquet as p; p.write_table(a.table({'value': [40, 2]}), sys.argv[1])",
                parquet)
            check(run(work / "build/embed", parquet, env=environment).startswith("total 42,"), "the library finds its Arrow module")
            told = run(moved / "bin/trueno", "--format", "csv", "-c", f"SELECT sum(value) FROM '{parquet}'", env=environment)
            check(told.split()[-1] == "42", f"the command line finds the Arrow module, it said {told!r}")

        shown = run("nm", "-DC", "--defined-only", libraries / "libtrueno.so").splitlines()
        names = [line.split(" ", 2)[2] for line in shown]
        ours = [name for name in names if "trueno" in name]
        check(any(name.startswith("trueno::Database::") for name in ours), "the library shows the public classes")
        inner = [n for n in ours if re.search(r"trueno::(session|exec|kernel|sql|plan|bind|backend|dispatch|function)::", n)]
        check(not inner, f"the library shows nothing of its inside, but {inner[:5]}")
        print(f"installed, moved, built against by find_package and pkg-config; {len(names)} symbols shown, all of the public API")


if __name__ == "__main__":
    main()
