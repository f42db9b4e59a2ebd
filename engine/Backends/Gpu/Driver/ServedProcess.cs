using System.Diagnostics;
using System.Globalization;

namespace KernelEngine.Gpu;

/// <summary>
/// A process that answers questions over its standard input and output, and ends when the first is closed. One that
/// fails at a question is ended with all that it started.
/// </summary>
internal sealed class ServedProcess : IDisposable
{
    // A process whose output has ended is about to end itself.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly TimeSpan patience;
    private readonly Process process;
    private readonly Stream questions, answers;
    private volatile string? firstWords;

    /// <summary>Starts it.</summary>
    /// <param name="start">What; its streams are redirected.</param>
    /// <param name="patience">For how long an answer is waited for, from the first byte of the question.</param>
    public ServedProcess(ProcessStartInfo start, TimeSpan patience)
    {
        this.patience = patience;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
            firstWords ??= string.IsNullOrWhiteSpace(line.Data) ? null : line.Data;
        process.BeginErrorReadLine();
        (questions, answers) = (process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
    }

    /// <summary>Asks it; after an exception it is over.</summary>
    /// <param name="question">The bytes to write.</param>
    /// <param name="read">Reads the answer: no byte more, and what is none is an exception.</param>
    /// <exception cref="TimeoutException">The patience is at its end.</exception>
    /// <exception cref="IOException">It has ended.</exception>
    public T Ask<T>(ReadOnlyMemory<byte> question, Func<Stream, CancellationToken, Task<T>> read)
    {
        using var time = new CancellationTokenSource(patience);
        try
        {
            return Task.Run(() => AskAsync(question, read, time.Token)).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            var isLate = time.IsCancellationRequested;
            var how = isLate ? string.Create(
                    CultureInfo.InvariantCulture, $"no answer within {patience.TotalSeconds} seconds")
                : e is IOException ? HowItEnded()
                : "";
            Dispose();
            if (isLate)
                throw new TimeoutException(how, e);
            if (how.Length > 0)
                throw new IOException(how, e);
            throw;
        }
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        questions.Dispose();
        answers.Dispose();
        process.Dispose();
    }

    private async Task<T> AskAsync<T>(
        ReadOnlyMemory<byte> question, Func<Stream, CancellationToken, Task<T>> read, CancellationToken time)
    {
        await questions.WriteAsync(question, time);
        await questions.FlushAsync(time);
        return await read(answers, time);
    }

    private string HowItEnded()
    {
        var how = process.WaitForExit(Grace)
            ? string.Create(CultureInfo.InvariantCulture, $"it ended with exit code {process.ExitCode}")
            : "it closed its input or its output";
        return firstWords is { } words ? $"{how}: {words}" : how;
    }
}
