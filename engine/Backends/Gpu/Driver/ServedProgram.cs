using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace KernelEngine.Gpu;

/// <summary>
/// A program whose processes answer questions (<see cref="ServedProcess"/>): each one at a time, kept for the next.
/// </summary>
/// <param name="name">What it is called in messages.</param>
/// <param name="start">How a process of it starts.</param>
/// <param name="patience">For how long an answer is waited for.</param>
internal sealed class ServedProgram(string name, Func<ProcessStartInfo> start, TimeSpan patience) : IDisposable
{
    private readonly ConcurrentBag<ServedProcess> free = [];

    /// <summary>Asks a process that is free, or a new one.</summary>
    /// <exception cref="TensorRuntimeException">There is no answer, or what <paramref name="read"/> does not take.
    /// </exception>
    /// <inheritdoc cref="ServedProcess.Ask"/>
    public T Ask<T>(ReadOnlyMemory<byte> question, Func<Stream, CancellationToken, Task<T>> read)
    {
        try
        {
            if (free.TryTake(out var known))
            {
                try
                {
                    return Ask(known, question, read);
                }
                catch (IOException)
                {
                    // It may have ended long ago, whatever it is asked: a new one knows. Who asks one that takes too
                    // long again waits twice for nothing.
                }
            }

            return Ask(new(start(), patience), question, read);
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidDataException
            or UnauthorizedAccessException or Win32Exception)
        {
            throw new TensorRuntimeException($"{name} failed: {e.Message}", null, e);
        }
    }

    /// <summary>Ends the processes that are free.</summary>
    public void Dispose()
    {
        while (free.TryTake(out var known))
            known.Dispose();
    }

    private T Ask<T>(
        ServedProcess process, ReadOnlyMemory<byte> question, Func<Stream, CancellationToken, Task<T>> read)
    {
        var answer = process.Ask(question, read);
        free.Add(process);
        return answer;
    }
}
