# What a machine needs: Debian packages, and a private Python environment whose pinned pyarrow wheel brings the Arrow C++ libraries.
# Sourced by ./dev, which lists the packages. A stamp under .cache/dev remembers what was found, so a second run looks at nothing.

STAMPS=.cache/dev
LLVM=22

# need NAME PACKAGE...: installs what is missing, once.
need() {
  local name="$1" stamp missing=() package
  shift
  stamp="$STAMPS/$name"
  [ "$(cat "$stamp" 2>/dev/null)" = "$*" ] && return
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || die "please install the equivalents of these Debian packages: ${missing[*]}"
    local sudo=""
    if [ "$(id -u)" -ne 0 ]; then
      command -v sudo >/dev/null || die "please run as root: apt-get install --no-install-recommends ${missing[*]}"
      sudo=sudo
    fi
    say "installing ${missing[*]}"
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
      die "apt-get could not install ${missing[*]}"
  fi
  mkdir -p "$STAMPS"
  printf '%s' "$*" >"$stamp"
}

# The newest clang that apt knows, from the one we test with down to the oldest that works.
choose_llvm() {
  if [ -f $STAMPS/llvm ]; then
    LLVM=$(cat $STAMPS/llvm)
    return
  fi
  local version
  for version in 22 21 20 19 18; do
    if command -v "clang++-$version" >/dev/null || apt-cache show "clang-$version" >/dev/null 2>&1; then
      LLVM=$version
      break
    fi
  done
  mkdir -p $STAMPS
  printf '%s' "$LLVM" >$STAMPS/llvm
}

make_python() {
  [ "$(cat $VENV/packages 2>/dev/null)" = "$PYTHON_PACKAGES" ] && return
  local python=/usr/bin/python3
  [ -x "$python" ] || python=python3
  say "making the private Python environment"
  rm -rf $VENV
  "$python" -m venv $VENV
  # shellcheck disable=SC2086
  $VENV/bin/pip install --quiet --disable-pip-version-check $PYTHON_PACKAGES
  printf '%s' "$PYTHON_PACKAGES" >$VENV/packages
}

prepare() {
  if ! command -v apt-cache >/dev/null || [ ! -f $STAMPS/llvm ] && ! apt-cache show "clang-$LLVM" >/dev/null 2>&1; then
    # A fresh image has no package lists yet.
    [ "$(id -u)" -ne 0 ] || apt-get update -qq 2>/dev/null || true
  fi
  choose_llvm
  # shellcheck disable=SC2086
  need build ${APT_PACKAGES//-22/-$LLVM}
  make_python
}
