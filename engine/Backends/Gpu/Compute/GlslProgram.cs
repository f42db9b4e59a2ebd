using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <summary>
/// The compiler of GLSL that a machine may have: glslangValidator or glslc, on the path. Only kernels of users' own
/// need one; what it made is kept on disk.
/// </summary>
internal static class GlslProgram
{
    private const string Owner = "glsl";

    private static readonly (string Name, string[] Arguments)[] Known =
    [
        ("glslangValidator", ["-V", "--target-env", "vulkan1.2", "-g0", "-S", "comp"]),
        ("glslc", ["--target-env=vulkan1.2", "-fshader-stage=compute"]),
    ];

    /// <summary>Compiles a compute shader.</summary>
    /// <param name="kernel">The kernel's name, for messages.</param>
    /// <param name="source">GLSL.</param>
    /// <exception cref="TensorNotImplementedException">There is no compiler.</exception>
    /// <exception cref="TensorRuntimeException">The compiler refuses it; the message says what it said.</exception>
    public static uint[] Compile(string kernel, string source)
    {
        var name = DiskCache.NameOf("glsl", source);
        if (DiskCache.Read(name, Owner) is { } kept)
            return MemoryMarshal.Cast<byte, uint>(kept).ToArray();
        var words = SpirVModule.ForbidContraction(CompileNow(kernel, source));
        DiskCache.Write(name, Owner, MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }

    private static uint[] CompileNow(string kernel, string source)
    {
        var (program, arguments) = Find() ?? throw new TensorNotImplementedException(
            $"the kernel '{kernel}' cannot run on Vulkan: its text must be compiled, and neither glslangValidator nor " +
            "glslc is on the path",
            "install one (glslang-tools in Debian), or compile what kernel.ToGlsl() gives once and hand the result to " +
            "ComputeKernel.SpirV");
        var folder = Directory.CreateTempSubdirectory("kernel-glsl-").FullName;
        try
        {
            var (text, result) = (Path.Combine(folder, "kernel.comp"), Path.Combine(folder, "kernel.spv"));
            File.WriteAllText(text, source);
            var start = new ProcessStartInfo(program, [.. arguments, "-o", result, text])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                CreateNoWindow = true,
            };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new TensorRuntimeException($"{kernel}: {program} refuses it: {output.Replace(text, kernel).Trim()}");
            return MemoryMarshal.Cast<byte, uint>(File.ReadAllBytes(result)).ToArray();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (string Path, string[] Arguments)? Find()
    {
        var ending = OperatingSystem.IsWindows() ? ".exe" : "";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        foreach (var (name, arguments) in Known)
        {
            foreach (var folder in folders)
            {
                if (folder.Length > 0 && File.Exists(Path.Combine(folder, name + ending)))
                    return (Path.Combine(folder, name + ending), arguments);
            }
        }

        return null;
    }
}
