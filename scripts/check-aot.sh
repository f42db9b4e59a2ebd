#!/usr/bin/env bash
# Compiles tests/Aot ahead of time and compares what it prints with what it prints under the JIT: names of parameters,
# printed forms, and the numbers of some steps of training.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if ! command -v clang > /dev/null && ! command -v gcc > /dev/null; then
  echo "NativeAOT needs a linker: clang or gcc is not on the path"
  exit 1
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dotnet build -c Release tests/Aot/Aot.csproj -v q -nologo
dotnet publish -c Release tests/Aot/Aot.csproj -p:PublishAot=true -r "$(dotnet --info | sed -n 's/^ *RID: *//p')" \
  -o "$folder/published" -v q -nologo --artifacts-path "$folder/build"

# It is compiled for AVX2 and FMA; so the JIT is told to use no more.
DOTNET_EnableAVX512=0 DOTNET_EnableAVX512F=0 \
  tests/Aot/bin/Release/net10.0/Aot > "$folder/jit" 2> "$folder/jit.mode"
"$folder/published/Aot" > "$folder/ahead" 2> "$folder/ahead.mode"
grep -qx "dynamic code" "$folder/jit.mode"
grep -qx "no dynamic code" "$folder/ahead.mode"
diff "$folder/jit" "$folder/ahead"
echo "$(wc -l < "$folder/jit") lines, the same ahead of time"
