#!/usr/bin/env bash
# Installs, from Debian's packages, what the tests need beyond the .NET SDK. Does nothing where all of it is there.
#   clang, zlib1g-dev                       linking NativeAOT programs
#   mesa-vulkan-drivers, libvulkan1         Vulkan in software (lavapipe), and its loader
#   vulkan-validationlayers                 the tests' runs are to have no complaint
#   pocl-opencl-icd, ocl-icd-libopencl1     OpenCL in software (PoCL), and its loader
#   libclblast-dev                          a peer of the matrix product in bench
#   glslang-tools, spirv-tools              building shaders, and checking what was built
#   clang-15                                compiling the CUDA C form of every kernel to PTX
#   wine, wine64                            running Microsoft's HLSL compiler, and programs for Windows
#   libvkd3d1, libvkd3d-utils1              Direct3D 12 over Vulkan
#   libglfw3, libgl1-mesa-dri               the viewer's window, and OpenGL in software
#   xvfb, xauth, xdotool                    a display without a screen, and keys and clicks for it
set -euo pipefail
packages=(
  clang zlib1g-dev
  mesa-vulkan-drivers libvulkan1 vulkan-validationlayers
  pocl-opencl-icd ocl-icd-libopencl1 libclblast-dev
  glslang-tools spirv-tools clang-15 wine wine64
  libvkd3d1 libvkd3d-utils1
  libglfw3 libgl1-mesa-dri xvfb xauth xdotool
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
"${sudo[@]}" apt-get update -q
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"
