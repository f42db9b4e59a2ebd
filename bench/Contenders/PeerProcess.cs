using System.Diagnostics;
using System.Text.Json;
using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench;

/// <summary>A peer's process: a line to it, a line from it. While it waits for a line it does nothing.</summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly List<string> complaints = [];

    /// <summary>Starts one.</summary>
    public PeerProcess(string program, string peer)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { program, peer },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start) ?? throw new InvalidOperationException("the process does not start");
        process.ErrorDataReceived += (_, e) =>
        {
            lock (complaints)
            {
                if (!string.IsNullOrWhiteSpace(e.Data))
                    complaints.Add(e.Data);
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Asks for something.</summary>
    /// <exception cref="InvalidOperationException">It cannot, or the process has ended.</exception>
    public Reply Ask(Request request)
    {
        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(request, Messages.Default.Request));
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }

        while (true)
        {
            var line = process.StandardOutput.ReadLineAsync();
            if (!line.Wait(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw new InvalidOperationException($"no answer within {Patience.TotalMinutes:0} minutes");
            }

            // A library may print lines of its own.
            if ((line.Result ?? throw Ended()) is not ['{', ..] text)
                continue;
            var reply = JsonSerializer.Deserialize(text, Messages.Default.Reply)!;
            return reply.Error is null ? reply : throw new InvalidOperationException(reply.Error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(5000))
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private InvalidOperationException Ended()
    {
        process.WaitForExit(5000);
        lock (complaints)
        {
            // Of a trace, what happened; not where.
            var reason = complaints.Find(c => !c.StartsWith("   at ", StringComparison.Ordinal)) ?? "without a word";
            return new(
                $"its process ended{(process.HasExited ? $" with {process.ExitCode}" : "")}: {reason}");
        }
    }
}
