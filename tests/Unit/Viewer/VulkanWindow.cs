using System.Collections.Concurrent;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>A window without OpenGL, in which a test does what it wants on the window's thread.</summary>
internal sealed class VulkanWindow : IWindowLoop
{
    /// <summary>What is written on its frame.</summary>
    public const string Title = "Kernel Vulkan test";

    private readonly ConcurrentQueue<Action> work = new();
    private readonly ManualResetEventSlim ended = new();
    private volatile bool isEnding;

    private VulkanWindow(GlfwLibrary library, PixelSize size) =>
        Window = new GlfwWindow(library, size, Title, hasOpenGl: false);

    public GlfwWindow Window { get; }

    public TimeSpan Idle => TimeSpan.FromMilliseconds(2);

    /// <summary>Opens one.</summary>
    public static VulkanWindow Open(int width, int height) =>
        WindowThread.Instance.Open(library => new VulkanWindow(library, new(width, height)));

    /// <summary>Does something on the window's thread, and waits for it.</summary>
    public T Do<T>(Func<GlfwWindow, T> action)
    {
        T? result = default;
        Exception? problem = null;
        using var done = new ManualResetEventSlim();
        work.Enqueue(() =>
        {
            try
            {
                result = action(Window);
            }
            catch (Exception e)
            {
                problem = e;
            }

            done.Set();
        });
        WindowThread.Instance.Wake();
        Assert.True(done.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        return problem is null ? result! : throw new InvalidOperationException(problem.Message, problem);
    }

    /// <inheritdoc cref="Do{T}"/>
    public void Do(Action<GlfwWindow> action) => Do(window =>
    {
        action(window);
        return 0;
    });

    public bool Run(TimeSpan atMost)
    {
        Window.WaitForEvents(atMost, _ => { });
        while (work.TryDequeue(out var action))
            action();
        return !isEnding;
    }

    public void Abandon() => ended.Set();

    /// <summary>Closes it, on the window's thread.</summary>
    void IDisposable.Dispose()
    {
        Window.Dispose();
        ended.Set();
    }

    /// <summary>Closes it, from a test.</summary>
    public void Close()
    {
        isEnding = true;
        WindowThread.Instance.Wake();
        Assert.True(ended.Wait(TimeSpan.FromSeconds(10)));
    }
}
