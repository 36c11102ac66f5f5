# Rates to and from a GPU by every path, latencies, compiling: ./dev bench transfer [--software] [--repeat 11] [--most 1024] [--write]
# --write replaces docs/benchmarks_transfer.md.
arguments=() write=""
for word in "$@"; do
  if [ "$word" = --write ]; then write=1; else arguments+=("$word"); fi
done
cmake --build --preset release --target trueno_bench_transfer >/dev/null || exit 1
page=$(mktemp)
build/release/trueno_bench_transfer "${arguments[@]}" | tee "$page"
[ "${PIPESTATUS[0]}" -eq 0 ] || exit 1
[ -z "$write" ] || cp "$page" docs/benchmarks_transfer.md
rm -f "$page"
