# Configuring, building and running ctest. Sourced by ./dev.

JOBS="${JOBS:-$(nproc)}"

# configure PRESET: only where there is no build folder yet; CMake notices by itself when its files change.
configure() {
  local preset="$1" compiler=()
  [ -f "build/$preset/build.ninja" ] && return
  case "$preset" in
    gcc* | syntax | wasm | arm64) ;;
    *) compiler=(-DCMAKE_CXX_COMPILER="${TRUENO_CXX:-clang++-$LLVM}") ;;
  esac
  cmake --preset "$preset" -DTRUENO_PYTHON="$PWD/$VENV/bin/python" "${compiler[@]}" >/dev/null
}

# build PRESET [TARGET...]
build() {
  local preset="${1:-release}" target targets=()
  shift || true
  prepare
  case "$preset" in
    wasm) need wasm $WASM_PACKAGES ;;
    arm64) need arm64 $ARM64_PACKAGES ;;
  esac
  for target in "$@"; do targets+=(--target "$target"); done
  configure "$preset"
  say "building $preset"
  # One at a time in a folder: commands may run side by side.
  local lock=()
  command -v flock >/dev/null && lock=(flock "build/$preset/.building")
  "${lock[@]}" cmake --build --preset "$preset" -j "$JOBS" "${targets[@]}"
}

# run_ctest PRESET [CTEST-ARGUMENT...]: ctest's output, and at the end one line "N passed, N failed, N skipped". A test that does not end
# fails, and is named, after twenty minutes unless it says itself how long it may take.
run_ctest() {
  local preset="$1" report status=0
  shift
  report="$PWD/build/$preset/ctest.xml"
  rm -f "$report"
  ctest --test-dir "build/$preset" --output-on-failure --output-junit "$report" --timeout 1200 -j "$JOBS" "$@" || status=$?
  [ -f "$report" ] || die "no test ran"
  python3 - "$report" <<'PYTHON' || status=1
import sys
import xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot()
total, failed = int(suite.get("tests")), int(suite.get("failures"))
skipped = int(suite.get("skipped")) + int(suite.get("disabled"))
print(f"{total - failed - skipped} passed, {failed} failed, {skipped} skipped")
sys.exit(total == 0)
PYTHON
  return $status
}
