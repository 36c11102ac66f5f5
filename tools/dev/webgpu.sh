# The WebGPU libraries and the software adapter that tests of the GPU backend run on. Nothing of it is installed with Trueno: a user's own
# library is found at run time. Without these the tests say that they were skipped, and why. Sourced by ./dev.

WEBGPU_NPM="bun-webgpu-linux-x64@0.1.7"  # holds a build of Dawn
WEBGPU_NPM_SHA256=8badfecdad4e726ac12be4f29771f4cbd7ce7683b4418316a547c5bda94fb798
WEBGPU_WHEEL="wgpu==0.32.0"  # holds a build of wgpu-native
WEBGPU_WHEEL_SHA256=6499a31b5a29a10b4f1089fea4a0806411f42605fa86b6c0b543a07ca0de8568

# fetch_webgpu: libraries pinned by their checksums, into .cache/webgpu; exports where they are.
fetch_webgpu() {
  [ "$(uname -sm)" = "Linux x86_64" ] || { say "no WebGPU library is pinned for $(uname -sm): GPU tests will be skipped"; return 0; }
  local folder="$PWD/.cache/webgpu"
  need webgpu chromium libvulkan1
  mkdir -p "$folder"
  if [ ! -d "$folder/wheel" ]; then
    say "fetching wgpu-native"
    echo "$WEBGPU_WHEEL --hash=sha256:$WEBGPU_WHEEL_SHA256" >"$folder/requirements.txt"
    $VENV/bin/pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: -r "$folder/requirements.txt" -d "$folder" || return 0
    $VENV/bin/python -m zipfile -e "$folder"/wgpu-*.whl "$folder/wheel"
  fi
  if [ ! -d "$folder/package" ]; then
    command -v npm >/dev/null || need npm npm
    say "fetching Dawn"
    local archive
    archive=$(cd "$folder" && npm pack --silent "$WEBGPU_NPM" | tail -1) && [ -f "$folder/$archive" ] || return 0
    echo "$WEBGPU_NPM_SHA256  $folder/$archive" | sha256sum --check --quiet || die "the WebGPU library is not the pinned one"
    tar -xzf "$folder/$archive" -C "$folder" package/libwebgpu_wrapper.so
  fi
  export TRUENO_WEBGPU_LIBRARY="$folder/wheel/wgpu/resources/libwgpu_native-release.so"
  if [ -d "$folder/package" ]; then
    export TRUENO_WEBGPU_SECOND_LIBRARY="$TRUENO_WEBGPU_LIBRARY"
    export TRUENO_WEBGPU_LIBRARY="$folder/package/libwebgpu_wrapper.so"
  fi
  VK_DRIVER_FILES="$(dpkg -L chromium chromium-common | grep vk_swiftshader_icd.json)"
  export VK_DRIVER_FILES VK_ICD_FILENAMES="$VK_DRIVER_FILES"
}
