#!/bin/bash
# venv.sh FOLDER: a virtual environment with what lint and the tests of Training/ need, versions as in
# Training/requirements.txt, without the measures (which are compiled), without Keras (the tests of its
# examples are skipped), and with the CPU build of PyTorch:
# 190 MB instead of gigabytes. Where that cannot be had, FOLDER/without-torch says why.
set -eu
cd "$(dirname "$0")/../.."
folder=${1:?usage: venv.sh FOLDER}
wanted=Training/requirements.txt
rm -rf "$folder"
# Debian's own, which the package python3-venv completes.
/usr/bin/python3 -m venv "$folder"
export PIP_DISABLE_PIP_VERSION_CHECK=1

# pick NAME...: their lines in the list.
pick() {
  local name
  for name in "$@"; do grep -E "^$name==" $wanted; done
}

mapfile -t light < <(pick ruff)
"$folder/bin/pip" install -q "${light[@]}"

mapfile -t tested < <(pick numpy scipy soundfile pyroomacoustics gguf matplotlib tqdm onnx onnxscript \
  onnxruntime deepfilterlib pyworld-prebuilt pytest)

# install [OPTION...]: all of them; pip's complaints go to the log.
install() {
  "$folder/bin/pip" install -q --retries 1 --timeout 20 "$@" "$(pick torch)+cpu" "${tested[@]}" 2>"$folder/log"
}

# The configured index first: where it has the CPU build, asking the PyTorch project's own index for
# every package as well costs eight minutes when that one cannot be reached.
if ! install && ! install --extra-index-url https://download.pytorch.org/whl/cpu; then
  grep -m 1 -E '^ERROR' "$folder/log" >"$folder/without-torch" || tail -n 1 "$folder/log" >"$folder/without-torch"
fi
touch "$folder/ready"
