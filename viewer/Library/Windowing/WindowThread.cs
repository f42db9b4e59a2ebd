using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace KernelEngine.Viewing;

/// <summary>What <see cref="WindowThread"/> runs for a window. All of it is called on that thread, and throws nothing.</summary>
internal interface IWindowLoop : IDisposable
{
    /// <summary>How long there is nothing to do unless something happens.</summary>
    TimeSpan Idle { get; }

    /// <summary>Handles what happened, after waiting for it so long at most, and draws what is due.</summary>
    /// <returns>Whether to go on; the loop is disposed of otherwise.</returns>
    bool Run(TimeSpan atMost);

    /// <summary>The display is lost in a call that never comes back: nothing of the window can be used any more.</summary>
    void Abandon();
}

/// <summary>
/// The one thread of the process that calls GLFW. GLFW wants all its windows on the thread that initialised it, so
/// the windows of several viewers share it; it is started with the first one, and waits without any. Should it end by a
/// lost display, no other window can be opened in this process.
/// </summary>
internal sealed class WindowThread
{
    private static readonly Lazy<WindowThread> Single = new(() => new WindowThread());
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1), LongestEnd = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<Action> work = new();
    private readonly AutoResetEvent hasWork = new(false);
    private readonly List<IWindowLoop> loops = [];
    private readonly ManualResetEventSlim ended = new();
    private readonly Thread thread;
    private volatile bool isEnding, isParked;
    private volatile GlfwLibrary? library;

    private WindowThread()
    {
        thread = new Thread(Run) { Name = "Kernel viewer", IsBackground = true };
        if (OperatingSystem.IsLinux())
            XDisplay.Parked = Park;

        // The libraries' own clean-up at the end of the process must not meet a thread that still draws.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => End();
        thread.Start();
    }

    /// <summary>The thread, started by now.</summary>
    public static WindowThread Instance => Single.Value;

    /// <summary>Makes a window on the thread and runs it there until it is closed.</summary>
    /// <exception cref="WindowException">There can be no window.</exception>
    public T Open<T>(Func<GlfwLibrary, T> open)
        where T : IWindowLoop
    {
        try
        {
            return Call(() =>
            {
                if (GlfwLibrary.IsLost)
                    throw new WindowException("the display was lost");
                library ??= new GlfwLibrary();
                var loop = open(library);
                loops.Add(loop);
                return loop;
            });
        }
        catch (Exception error) when (error is not (WindowException or OutOfMemoryException))
        {
            throw new WindowException($"no window: {error.Message}");
        }
    }

    /// <summary>Does something on the thread, and waits for it; what it throws is thrown here.</summary>
    /// <exception cref="WindowException">The display was lost, and the thread with it.</exception>
    public T Call<T>(Func<T> action)
    {
        T? result = default;
        ExceptionDispatchInfo? problem = null;
        using var done = new ManualResetEventSlim();
        work.Enqueue(() =>
        {
            try
            {
                result = action();
            }
            catch (Exception e)
            {
                problem = ExceptionDispatchInfo.Capture(e);
            }

            done.Set();
        });
        hasWork.Set();
        Wake();
        while (!done.Wait(LongestWait))
        {
            if (isParked || ended.IsSet)
                throw new WindowException("the display was lost");
        }

        problem?.Throw();
        return result!;
    }

    /// <summary>Lets the thread look at what changed; any thread may call it.</summary>
    public void Wake()
    {
        if (library is { } current && !GlfwLibrary.IsLost)
            current.Wake();
    }

    private void Run()
    {
        try
        {
            while (!isEnding)
            {
                if (loops.Count == 0 && work.IsEmpty)
                    hasWork.WaitOne();
                while (work.TryDequeue(out var action))
                    action();
                RunLoops();
            }

            foreach (var loop in loops)
                loop.Dispose();
        }
        finally
        {
            ended.Set();
        }
    }

    // The first one waits for all: whatever happens to any window ends the wait.
    private void RunLoops()
    {
        var idle = loops.Count == 0 ? TimeSpan.Zero : loops.Min(l => l.Idle);
        idle = idle < LongestWait ? idle : LongestWait;
        for (var i = 0; i < loops.Count; i++)
        {
            if (loops[i].Run(work.IsEmpty && !isEnding ? idle : TimeSpan.Zero))
            {
                idle = TimeSpan.Zero;
                continue;
            }

            loops[i].Dispose();
            loops.RemoveAt(i--);
        }
    }

    // On this thread, within a call into Xlib, from which it does not come back.
    private void Park()
    {
        isParked = true;
        foreach (var loop in loops)
            loop.Abandon();
    }

    private void End()
    {
        isEnding = true;
        hasWork.Set();
        Wake();
        if (!isParked)
            ended.Wait(LongestEnd);
    }
}
