#!/usr/bin/env bash
# Runs the win-x64 build of the conformance runner under Wine, on Direct3D 12 by the names that it has on Windows:
# d3d12.dll, dxgi.dll, and Microsoft's d3dcompiler_47.dll, which scripts/build-shaders.sh --hlsl fetches. One of SAMPLE
# cases (40 unless said otherwise), always the same ones. Needs wine, xvfb and xauth (scripts/install-drivers.sh).
# Usage: scripts/check-wine.sh [SAMPLE]
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
sample=${1:-40}
for program in wine wineboot wineserver xvfb-run xauth; do
  command -v "$program" >/dev/null || { echo "$program is missing: scripts/install-drivers.sh installs it" >&2; exit 1; }
done
[ -e artifacts/hlsl-compiler/D3DCompiler_47_cor3.dll ] || bash scripts/build-shaders.sh --hlsl

program=artifacts/wine-check
dotnet publish tests/Conformance -c Release -r win-x64 --self-contained -o "$program" -v q -nologo -p:RunAnalyzers=false
cp artifacts/hlsl-compiler/D3DCompiler_47_cor3.dll "$program/d3dcompiler_47.dll"

prefix=$(mktemp -d)
trap 'WINEPREFIX="$prefix" wineserver -k 2>/dev/null || true; rm -rf "$prefix"' EXIT
export WINEPREFIX="$prefix" WINEARCH=win64 WINEDEBUG=-all

# A wineserver that was started without a display would spoil what follows: so it has to end first.
wineboot -i > /dev/null 2>&1
wineserver -w

# Not OpenCL of the Linux below: PoCL's threads in a process of Wine's end it by a signal, on some machines, when it has
# done its work and exits.
export OCL_ICD_VENDORS=none

# Direct3D needs a display there, and Wine has a d3dcompiler_47.dll of its own, which does not know such shaders.
export WINEDLLOVERRIDES='d3dcompiler_47=n' KERNEL_CACHE="$prefix/kernels"

# Wine names any adapter as a GPU; what runs here is the processor.
export KERNEL_GPU_SHAPE=processor
xvfb-run -a wine "$program/Conformance.exe" --devices
wineserver -w
xvfb-run -a wine "$program/Conformance.exe" --cases "$program/conformance/cases" \
  --known "$program/conformance/known-failures.txt" --device directcompute --sample "$sample"
