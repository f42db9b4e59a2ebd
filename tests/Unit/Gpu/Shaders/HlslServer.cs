using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// Microsoft's compiler of HLSL under Wine (<c>tools/HlslCompiler</c>), kept running between sources. It is there once
/// <c>scripts/build-shaders.sh --hlsl</c> has fetched it.
/// </summary>
internal sealed class HlslServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string Program =
        Path.Combine(Repository.Root, "artifacts", "hlsl-compiler", "HlslCompiler.exe");

    private readonly Process process;

    /// <summary>Starts one.</summary>
    public HlslServer()
    {
        var start = new ProcessStartInfo("wine", [Program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["WINEARCH"] = "win64";
        start.Environment["WINEPREFIX"] = Path.Combine(ShaderCheck.Folder, "wine");
        start.Environment["WINEDEBUG"] = "-all";
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
    }

    /// <summary>Why there is none here; null where there is.</summary>
    public static string? WhyNone =>
        SourceCompilers.Find("wine") is null ? "wine is not installed"
        : !File.Exists(Program) ? "Microsoft's compiler is missing: scripts/build-shaders.sh --hlsl fetches it"
        : null;

    /// <summary>Compiles a source.</summary>
    /// <returns>What the compiler said, if it failed.</returns>
    public string? Compile(string source)
    {
        var bytes = Encoding.UTF8.GetBytes(source);
        var entry = "k_main"u8;
        using var request = new MemoryStream();
        using var writer = new BinaryWriter(request);
        writer.Write(entry.Length);
        writer.Write(entry);
        writer.Write(bytes.Length);
        writer.Write(bytes);
        process.StandardInput.BaseStream.Write(request.ToArray());
        process.StandardInput.BaseStream.Flush();
        var answer = Task.Run(() =>
        {
            using var reader = new BinaryReader(process.StandardOutput.BaseStream, Encoding.UTF8, leaveOpen: true);
            var length = reader.ReadInt32();
            var content = reader.ReadBytes(length < 0 ? -length - 1 : length);
            return length < 0 ? Encoding.UTF8.GetString(content) : null;
        });
        return answer.Wait(Patience) ? answer.Result : throw new TimeoutException("the compiler does not come back");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}

/// <summary>As many compilers as are asked at once.</summary>
internal sealed class HlslServers : IDisposable
{
    private readonly ConcurrentBag<HlslServer> free = [];

    /// <summary>Compiles a source with a compiler that is free.</summary>
    public string? Compile(string source)
    {
        var server = free.TryTake(out var known) ? known : new HlslServer();
        try
        {
            var message = server.Compile(source);
            free.Add(server);
            return message;
        }
        catch (Exception e) when (e is TimeoutException or AggregateException or IOException)
        {
            server.Dispose();
            return e.Message;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var server in free)
            server.Dispose();
    }
}
