# ./dev check: what can be said of the code without running it. Every line is one check; the last counts them.

ours() { git ls-files --cached --others --exclude-standard -- "$@"; }

check_layers() { python3 tools/check_layers.py; }

check_sizes() {  # 800 lines is where a file stops being one idea (CONTRIBUTING.md)
  local long
  long=$(ours '*.h' '*.cc' '*.py' '*.sh' '*.cmake' '*.mjs' '*.ts' dev .ci/run | xargs wc -l | awk '$2 != "total" && $1 > 800')
  [ -z "$long" ] || { printf 'more than 800 lines:\n%s\n' "$long"; return 1; }
}

check_format() { ours '*.h' '*.cc' | xargs "clang-format-$LLVM" --dry-run -Werror; }

check_headers() { quiet cmake --build --preset release -j "$JOBS" --target trueno_headers; }

check_public_headers() {
  quiet cmake --build --preset release -j "$JOBS" --target trueno_public_headers &&
    quiet cmake --build --preset syntax -j "$JOBS" --target trueno_public_headers
}

check_gcc() { python3 tools/check_sources.py gcc --jobs "$JOBS"; }

check_tidy() { LLVM=$LLVM python3 tools/check_sources.py tidy --jobs "$JOBS" "$@"; }

check_docs() {
  local made=build/release/reference
  quiet cmake --build --preset release -j "$JOBS" --target trueno_docs || return 1
  mkdir -p $made
  build/release/trueno_docs $made || return 1
  diff -ru docs/reference $made --exclude=dialect.md || { echo "run: build/release/trueno_docs docs/reference"; return 1; }
}

check_links() { python3 tools/check_links.py; }

quiet() {  # shows the output only of what fails
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || { status=$?; grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking)' "$log" | tail -100; }
  rm -f "$log"
  return $status
}

check() {
  prepare
  # shellcheck disable=SC2086
  need check ${CHECK_PACKAGES//-22/-$LLVM}
  configure release
  configure syntax
  local passed=0 failed=0 what began
  for what in layers sizes format links headers public_headers gcc docs tidy; do
    began=$(date +%s)
    if "check_$what"; then
      passed=$((passed + 1))
      say "ok      $what ($(($(date +%s) - began)) s)"
    else
      failed=$((failed + 1))
      say "FAILED  $what ($(($(date +%s) - began)) s)"
    fi
  done
  echo "$passed passed, $failed failed, 0 skipped"
  [ $failed -eq 0 ]
}
