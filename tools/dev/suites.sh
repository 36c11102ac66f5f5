# Running things: tests, sanitizers, WebAssembly, coverage, fuzzing, benchmarks. Each ends with "N passed, N failed, N skipped".

run_tests() {
  local preset=release
  case "${1:-}" in
    --arch) preset="${2:?which architecture? arm64}"; shift 2 ;;
    --preset) preset="${2:?which preset?}"; shift 2 ;;
  esac
  build "$preset"
  if [ "$preset" = arm64 ]; then
    set -- -LE full "$@"  # twenty thousand cases take an hour in an emulator; a thousand are there
  else
    fetch_webgpu
  fi
  run_ctest "$preset" "$@"
}

# The thread sanitizer does not see libarrow's locks; with this option it reports only what our own code does.
sanitizer_options() {
  # What the system refuses is null, as without a sanitizer.
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1
  export UBSAN_OPTIONS=print_stacktrace=1
  export LSAN_OPTIONS=suppressions=$PWD/tools/dev/leaks.supp:print_suppressions=0
  export TRUENO_TEST_PATIENCE=5
  export TSAN_OPTIONS=ignore_noninstrumented_modules=1:allocator_may_return_null=1:suppressions=$PWD/tools/dev/tsan.supp
}

# Everything but the runs that are long without a sanitizer, those that measure memory, of which a sanitizer takes its own, and the SQL files
# in chunks of one row and of many: those of seven rows have ragged ends too. What takes minutes under a sanitizer runs with `long`, and
# only that. (The fuzz seeds run under the same sanitizers in `./dev fuzz`.)
run_sanitized() {
  local preset="$1" chosen=(-LE 'full|install|wasm|memory|chunks|long')
  shift
  if [ "${1:-}" = long ]; then
    shift
    chosen=(-L long)
  fi
  build "$preset"
  sanitizer_options
  run_ctest "$preset" "${chosen[@]}" "$@"
}

# Files of the sqllogictest form; or TPC-H and TPC-DS: `./dev conform DIR [SCALE] [options of query_answers.py]`.
run_conform() {
  build release trueno_cli trueno_sqltest trueno_arrow
  if [ -d "${1:-}/queries" ] && [ -d "${1:-}/answers" ]; then
    "$VENV/bin/python" tools/query_answers.py build/release/trueno "$@"
    return
  fi
  build/release/test/trueno_sqltest --scope test/runner/duckdb_out_of_scope.txt "$@"
}

run_wasm() {
  build wasm
  build release trueno_sqltext
  run_ctest wasm
}

seed_corpus() {  # seed_corpus TARGET: a fresh folder with what fuzzing begins from
  local target="$1" corpus="build/asan/fuzz/corpus/$1"
  mkdir -p "$corpus"
  [ ! -d "test/fuzz/seeds/$target" ] || cp -r "test/fuzz/seeds/$target/." "$corpus/"
  [ "$target" != sql ] || python3 tools/sql_seeds.py test/sql "$corpus"
  echo "$corpus"
}

run_fuzz() {
  local target="${1:?which target? sql, csv, json, parquet_page, parquet_index}" seconds="${2:-60}" corpus status=0
  [ -f "test/fuzz/${target}_fuzz.cc" ] || die "no fuzz target $target; there are: $(cd test/fuzz && echo *_fuzz.cc | sed 's/_fuzz\.cc//g')"
  build asan "fuzz_$target"
  sanitizer_options
  corpus=$(seed_corpus "$target")
  mkdir -p build/asan/fuzz/findings
  "build/asan/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix=build/asan/fuzz/findings/ "$corpus" >"build/asan/fuzz/$target.log" 2>&1 || status=$?
  grep -E 'number_of_executed_units|average_exec_per_sec|ERROR|SUMMARY' "build/asan/fuzz/$target.log" || true
  if [ $status -ne 0 ]; then
    tail -40 "build/asan/fuzz/$target.log"
    echo "0 passed, 1 failed, 0 skipped"
    return 1
  fi
  echo "1 passed, 0 failed, 0 skipped"
}

run_coverage() {
  build coverage
  fetch_webgpu  # the GPU backend counts where a software adapter can run it
  rm -rf build/coverage/profiles
  mkdir -p build/coverage/profiles
  export LLVM_PROFILE_FILE="$PWD/build/coverage/profiles/%8m.profraw"
  local status=0
  # What is long beside the others runs the same lines again, and is far longer without optimisation.
  run_ctest coverage -LE 'full|install|wasm|bench|long' || status=$?
  python3 tools/coverage.py --llvm "$LLVM" --build build/coverage || status=1
  return $status
}

# The engines that `./dev bench versus` compares with, in an environment of their own.
make_peers() {
  local folder=.cache/peers
  [ "$(cat $folder/packages 2>/dev/null)" = "$PEER_PACKAGES" ] && return
  say "installing the engines to compare with"
  rm -rf $folder
  "$VENV/bin/python" -m venv $folder
  # shellcheck disable=SC2086
  $folder/bin/pip install --quiet --disable-pip-version-check $PEER_PACKAGES
  printf '%s' "$PEER_PACKAGES" >$folder/packages
}

run_bench() {
  local name="${1:?which benchmark? $(ls tools/bench 2>/dev/null | sed 's/\..*//' | tr '\n' ' ')}" script
  shift
  build release trueno_cli trueno_arrow
  [ "$name" != regress ] || need regress valgrind
  local python="$VENV/bin/python"
  if [[ "$name" = versus || "$name" = scale || "$name" = load ]] || [[ "$name" = gpu && " $* " = *" --ssb"* ]]; then
    make_peers
    python=.cache/peers/bin/python
  fi
  for script in "tools/bench/$name.py" "tools/bench/$name.sh" "tools/bench/$name"; do
    [ -f "$script" ] || continue
    case "$script" in
      *.py) exec "$python" "$script" "$@" ;;
      *) exec bash "$script" "$@" ;;
    esac
  done
  die "no benchmark tools/bench/$name"
}
