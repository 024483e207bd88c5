#!/bin/bash
# Formatters and linters in check mode, over what git knows. `make format` mends what they can. A linter that
# is missing is a failure.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
cd "$root" || exit 2

files() { git ls-files "$@"; } # PATTERN...

# has NAME PROGRAM: false, with a failure, when the program is missing.
has() {
  command -v "$2" >/dev/null && return
  failed "$1" "$2 is not installed; scripts/install-packages.sh test"
  return 1
}

if has "swift format" swift; then
  mapfile -t swift < <(files '*.swift')
  check "swift format finds nothing" swift format lint --strict "${swift[@]}"
fi

# Versions of clang-format break lines at other places: Debian 12's it is.
if has "clang-format" clang-format-14; then
  mapfile -t c < <(files '*.c' '*.h')
  check "clang-format finds nothing" clang-format-14 --dry-run --Werror "${c[@]}"
fi

if has "shellcheck" shellcheck; then
  mapfile -t shell < <(files '*.sh' .ci/run)
  check "shellcheck finds nothing" shellcheck "${shell[@]}"
fi

if has "lv2_validate" lv2_validate; then
  # Its status is 0 with errors too, and of no files it says that there are none.
  valid() { ls "$1"/{manifest,isolde,presets}.ttl && lv2_validate "$1"/*.ttl 2>&1 | grep 'Found 0 errors'; }
  check "lv2_validate finds nothing" valid "$build/isolde.lv2"
  mkdir "$scratch/planted"
  cp "$build"/isolde.lv2/*.ttl "$scratch/planted"
  sed -i 's/units:unit units:db/units:unit units:none/' "$scratch/planted/isolde.ttl"
  refused "lv2_validate finds a planted unit" "" valid "$scratch/planted"
  rm "$scratch/planted/isolde.ttl"
  refused "lv2_validate is not run without the Turtle" "isolde.ttl" valid "$scratch/planted"
fi

ruff=${RUFF:-$build/lint/bin/ruff}
if has "ruff" "$ruff"; then
  mapfile -t python < <(files '*.py')
  config=(--config Training/pyproject.toml --quiet)
  check "ruff finds nothing" "$ruff" check "${config[@]}" "${python[@]}"
  check "ruff format finds nothing" "$ruff" format --check "${config[@]}" "${python[@]}"
fi

# .editorconfig, as far as the formatters do not see to it.
unclean() {
  git grep -nIE '[[:blank:]]+$' -- ':!Tests/Fuzz/corpus' ':!*.f32' && return
  git grep -nIP '\t' -- '*.md' '*.sh' '*.py' '*.swift' '*.toml' && return
  git grep -lIz '' -- ':!Tests/Fuzz/corpus' ':!*.f32' | xargs -0 tail -vc 1 | awk '/^==> / { name = $2; next } NF { print name ": no newline at its end" }'
}
untidy=$(unclean)
if [ -z "$untidy" ]; then
  ok "files are as .editorconfig asks"
else
  failed "files are as .editorconfig asks" "$untidy"
fi

# Links of the documentation to files of the repository lead somewhere.
broken=
while IFS=: read -r page link; do
  [ -e "$(dirname "$page")/$link" ] || broken="$broken $page: $link;"
done < <(files '*.md' | xargs -d '\n' grep -oHE '\]\([^)# ]+' | grep -v '://' | sed 's/:\](/:/')
if [ -z "$broken" ]; then
  ok "every link in the documentation leads to a file"
else
  failed "every link in the documentation leads to a file" "$broken"
fi

# Files that no one meant to commit; a model may have 5 MB.
mapfile -t large < <(files | xargs -d '\n' stat -c '%s %n' 2>/dev/null |
  awk '$1 > ($2 ~ /\.isolde$/ ? 5000000 : 4194304) { print $2 }')
if [ ${#large[@]} = 0 ]; then
  ok "no file is larger than 4 MiB, no model than 5 MB"
else
  failed "no file is larger than 4 MiB, no model than 5 MB" "${large[*]}"
fi

# A checkpoint lies beside the records of its model, one a model.
stray=
while IFS= read -r checkpoint; do
  model=$(basename "$(dirname "$checkpoint")")
  [ "$checkpoint" = "Training/runs/$model/checkpoint.pt" ] && [ -e "Bundle/models/$model.isolde" ] ||
    stray="$stray $checkpoint"
done < <(files '*.pt' '*.pth' '*.ckpt' '*.safetensors')
if [ -z "$stray" ]; then
  ok "checkpoints are one a model"
else
  failed "checkpoints are one a model" "$stray"
fi

# Pictures: a palette (colour type 3, byte 25 of the file), at most 200 kB.
heavy=
while IFS= read -r picture; do
  if [ "$(od -An -tu1 -j25 -N1 "$picture" | tr -d ' ')" != 3 ] || [ "$(stat -c %s "$picture")" -gt 200000 ]; then
    heavy="$heavy $picture"
  fi
done < <(files '*.png')
if [ -z "$heavy" ]; then
  ok "pictures are PNGs with a palette, at most 200 kB"
else
  failed "pictures are PNGs with a palette, at most 200 kB" "$heavy"
fi
finish
