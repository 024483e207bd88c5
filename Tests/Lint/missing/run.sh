#!/bin/bash
# `make lint` fails, and says which, where a linter is missing. Linters that take long are replaced by ones that
# find nothing.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../../report.sh"

mkdir "$scratch/bin"
ln -s /usr/bin/* "$scratch/bin" 2>/dev/null
for linter in swift clang-format-14 shellcheck; do ln -sf /bin/true "$scratch/bin/$linter"; done

lint() { PATH=$scratch/bin "$root/Tests/Lint/run.sh"; }

check "lint passes with every linter there" lint
for linter in swift clang-format-14 shellcheck lv2_validate; do
  mv "$scratch/bin/$linter" "$scratch/hidden"
  refused "lint fails without $linter" "FAILED .*: $linter is not installed; scripts/install-packages.sh test" lint
  mv "$scratch/hidden" "$scratch/bin/$linter"
done
RUFF=$scratch/ruff refused "lint fails without ruff" "FAILED .*: $scratch/ruff is not installed" lint
finish
