using System.Diagnostics;

namespace KernelEngine.Tests.Gpu;

/// <summary>The compilers of this machine that sources are checked with.</summary>
internal static class SourceCompilers
{
    /// <summary>How clang checks OpenCL C.</summary>
    public const string OpenClOptions =
        "-x cl -cl-std=CL1.2 -target spir64 -cl-single-precision-constant -Werror -Wall -Wno-unused-function " +
        "-Wno-unused-variable -Xclang -fdeclare-opencl-builtins -Xclang -finclude-default-header -fsyntax-only";

    /// <summary>How clang makes PTX of CUDA C.</summary>
    public const string CudaOptions =
        "-x cuda --cuda-device-only --cuda-gpu-arch=sm_60 -ffp-contract=off -nocudainc -nocudalib -O1 -Werror " +
        "-Wno-unknown-cuda-version -S";

    /// <summary>The clang of this machine, if there is one.</summary>
    public static readonly string? Clang = Find("clang-15", "clang-16", "clang-17", "clang-18", "clang-19", "clang");

    /// <summary>Its compiler of GLSL and HLSL, if there is one.</summary>
    public static readonly string? Glslang = Find("glslangValidator");

    /// <summary>Compiles OpenCL C.</summary>
    public static void OpenCl(string source) => Compile(Clang, source, ".cl", OpenClOptions);

    /// <summary>Compiles CUDA C to PTX.</summary>
    /// <returns>The PTX, if there is a compiler.</returns>
    public static string? Cuda(string source) => Compile(Clang, source, ".cu", CudaOptions + " -o -");

    /// <summary>Compiles a GLSL compute shader.</summary>
    public static void Glsl(string source) => Compile(Glslang, source, ".comp", "--target-env vulkan1.2 -o /dev/null");

    /// <summary>
    /// Parses HLSL, but for what glslang does not know; only Microsoft's compiler makes what Direct3D takes.
    /// </summary>
    public static void Hlsl(string source) =>
        Compile(Glslang, source.Replace("asuint(a, low, high)", "low = high = 0u"), ".hlsl",
            "-D -S comp -e k_main --target-env vulkan1.2 -o /dev/null");

    private static string? Compile(string? compiler, string source, string extension, string options)
    {
        Assert.SkipWhen(compiler is null, "its compiler is not installed");
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + extension);
        try
        {
            File.WriteAllText(file, source);
            using var process = Process.Start(new ProcessStartInfo(compiler, $"{options} \"{file}\"")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{errors.Result}{output}\n{source}");
            return output;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The path of the first of these programs that is installed.</summary>
    public static string? Find(params string[] names) => names
        .SelectMany(n => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, n)))
        .FirstOrDefault(File.Exists);
}
