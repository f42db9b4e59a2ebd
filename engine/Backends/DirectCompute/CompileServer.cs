using System.Collections.Concurrent;
using System.Diagnostics;
using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Microsoft's compiler of HLSL under Wine (tools/HlslCompiler), kept running between kernels: a start takes half a
/// second, most kernels a few milliseconds. It ends with this process, whose pipe it reads.
/// </summary>
internal sealed class CompileServer : IDisposable
{
    /// <summary>
    /// The variable, and the setting of a program's runtime configuration, that says where HlslCompiler.exe lies.
    /// </summary>
    public const string Variable = "KERNEL_HLSL_COMPILER", Setting = "KernelEngine.HlslCompiler";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly ConcurrentBag<CompileServer> Free = [];

    private readonly Process process;
    private readonly BinaryWriter requests;
    private readonly BinaryReader answers;

    private CompileServer()
    {
        var start = new ProcessStartInfo(Wine!, [Program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A prefix of its own: what others do in theirs, with a display, does not disturb it.
        start.Environment["WINEARCH"] = "win64";
        start.Environment["WINEDEBUG"] = "-all";
        start.Environment["WINEPREFIX"] = Directory.CreateDirectory(
            Path.Combine(DiskCache.UserFolder() ?? Path.GetTempPath(), "wine")).FullName;
        start.Environment.Remove("DISPLAY");
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        requests = new(process.StandardInput.BaseStream);
        answers = new(process.StandardOutput.BaseStream);
    }

    /// <summary>Why there is none here; null where there is.</summary>
    public static string? WhyNone =>
        Wine is null ? "wine is not installed, under which Microsoft's compiler of HLSL runs"
        : !File.Exists(Program) ? $"{Variable} does not name Microsoft's compiler: " +
            "scripts/build-shaders.sh --hlsl makes artifacts/hlsl-compiler/HlslCompiler.exe"
        : null;

    private static string? Wine { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "wine")).FirstOrDefault(File.Exists);

    private static string Program => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
        ? named
        : AppContext.GetData(Setting) as string ?? "";

    /// <summary>Compiles by a server that is free, or a new one; one that broke is replaced once.</summary>
    /// <inheritdoc cref="HlslCompiler.Compile"/>
    public static (byte[] Bytes, bool IsCompiled) Compile(byte[] source, int flags)
    {
        for (var isLast = false; ; isLast = true)
        {
            var server = !isLast && Free.TryTake(out var known) ? known : new CompileServer();
            try
            {
                var answer = server.Ask(source, flags);
                Free.Add(server);
                return answer;
            }
            catch (Exception e) when (e is TimeoutException or IOException)
            {
                server.Dispose();
                if (isLast)
                    throw new TensorRuntimeException($"the compiler of HLSL under Wine does not answer: {e.Message}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private (byte[] Bytes, bool IsCompiled) Ask(byte[] source, int flags)
    {
        requests.Write(flags);
        requests.Write(source.Length);
        requests.Write(source);
        requests.Flush();
        var answer = Task.Run(() =>
        {
            var isCompiled = answers.ReadBoolean();
            var bytes = new byte[answers.ReadInt32()];
            answers.BaseStream.ReadExactly(bytes);
            return (bytes, isCompiled);
        });
        try
        {
            return answer.Wait(Patience) ? answer.Result : throw new TimeoutException("it takes minutes");
        }
        catch (AggregateException e)
        {
            throw new IOException("it has ended", e);
        }
    }
}
