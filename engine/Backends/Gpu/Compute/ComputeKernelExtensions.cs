using KernelEngine.Gpu;

namespace KernelEngine;

/// <summary>What GPU backends add to kernels of users' own.</summary>
public static class ComputeKernelExtensions
{
    /// <summary>
    /// The kernel as a compute shader in GLSL 4.6 for Vulkan 1.2. What a compiler makes of it
    /// (<c>glslangValidator -V --target-env vulkan1.2 -o blur3.spv blur3.comp</c>) can be given to
    /// <see cref="ComputeKernel.SpirV"/>, so that no compiler is needed where it runs.
    /// </summary>
    /// <param name="kernel">The kernel.</param>
    /// <exception cref="TensorRuntimeException">A name of its interface means something in a shader language.
    /// </exception>
    public static string ToGlsl(this ComputeKernel kernel) => ComputeSource.Of(kernel).Source(KernelLanguage.SpirV);

    /// <summary>The kernel in OpenCL C 1.2, as OpenCL devices are given it.</summary>
    /// <inheritdoc cref="ToGlsl"/>
    public static string ToOpenCl(this ComputeKernel kernel) => ComputeSource.Of(kernel).Source(KernelLanguage.OpenCl);
}
