# Exact sums against plain ones: ./dev bench exact_sum [million rows] [threads]
cmake --build --preset release --target trueno_bench_exact_sum >/dev/null && build/release/trueno_bench_exact_sum "$@"
