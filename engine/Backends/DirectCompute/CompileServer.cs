using System.Buffers.Binary;
using System.Diagnostics;
using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Microsoft's compiler of HLSL under Wine (tools/HlslCompiler), kept running between kernels: a start takes half a
/// second, most kernels a few milliseconds. It ends with this process, whose pipe it reads.
/// </summary>
/// <param name="start">How it starts.</param>
/// <param name="patience">For how long a kernel may be compiled.</param>
internal sealed class CompileServer(Func<ProcessStartInfo> start, TimeSpan patience) : IDisposable
{
    /// <summary>
    /// The variable, and the setting of a program's runtime configuration, that says where HlslCompiler.exe lies.
    /// </summary>
    public const string Variable = "KERNEL_HLSL_COMPILER", Setting = "KernelEngine.HlslCompiler";

    // The largest kernels have some hundred KiB.
    private const int MostBytes = 64 << 20;

    private readonly ServedProgram program = new("the compiler of HLSL under Wine", start, patience);

    /// <summary>The one of this machine.</summary>
    public static CompileServer UnderWine { get; } = new(Start, TimeSpan.FromMinutes(2));

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

    /// <summary>Compiles by a server that is free, or a new one.</summary>
    /// <exception cref="TensorRuntimeException">The server fails, takes too long, or answers what is none.</exception>
    /// <inheritdoc cref="HlslCompiler.Compile"/>
    public (byte[] Bytes, bool IsCompiled) Compile(ReadOnlySpan<byte> source, int flags)
    {
        var question = new byte[(2 * sizeof(int)) + source.Length];
        BinaryPrimitives.WriteInt32LittleEndian(question, flags);
        BinaryPrimitives.WriteInt32LittleEndian(question.AsSpan(sizeof(int)), source.Length);
        source.CopyTo(question.AsSpan(2 * sizeof(int)));
        return program.Ask(question, ReadAsync);
    }

    /// <inheritdoc/>
    public void Dispose() => program.Dispose();

    private static ProcessStartInfo Start()
    {
        // A prefix of its own: what others do in theirs, with a display, does not disturb it.
        var start = new ProcessStartInfo(Wine!, [Program]);
        start.Environment["WINEARCH"] = "win64";
        start.Environment["WINEDEBUG"] = "-all";
        start.Environment["WINEPREFIX"] = Directory.CreateDirectory(
            Path.Combine(DiskCache.UserFolder() ?? Path.GetTempPath(), "wine")).FullName;
        start.Environment.Remove("DISPLAY");
        return start;
    }

    private static async Task<(byte[] Bytes, bool IsCompiled)> ReadAsync(Stream answers, CancellationToken time)
    {
        var head = new byte[1 + sizeof(int)];
        await answers.ReadExactlyAsync(head, time);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1));
        if (head[0] > 1 || length is < 0 or > MostBytes)
            throw new InvalidDataException($"its answer begins with {head[0]} and {length}, which no answer does");
        var bytes = new byte[length];
        await answers.ReadExactlyAsync(bytes, time);
        var isCompiled = head[0] == 1;
        return isCompiled && !DxbcModule.IsWhole(bytes)
            ? throw new InvalidDataException($"the {length} bytes that it calls compiled are no whole DXBC module")
            : (bytes, isCompiled);
    }
}
