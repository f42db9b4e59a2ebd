using System.Diagnostics;
using KernelEngine.Nn;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>
/// A small training on a thread of its own, with a window that a test looks at and types into. However it ends, its
/// weights are those that as many steps give without a viewer.
/// </summary>
internal sealed class ViewedTraining : IDisposable
{
    /// <summary>How long a test waits for something on a busy machine.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly ComputeDevice device;
    private readonly Thread thread;
    private readonly ManualResetEventSlim opened = new();
    private volatile bool isStopping, isInViewer;
    private Exception? problem;

    public ViewedTraining(ComputeDevice device, ViewerOptions? options = null)
    {
        this.device = device;
        thread = new Thread(() => Run(options ?? new())) { Name = "Training" };
        thread.Start();
        Assert.True(opened.Wait(Longest), "the viewer was not opened");
        if (problem is not null)
            throw new InvalidOperationException(problem.Message, problem);
        Presenter = Assert.IsType<WindowPresenter>(Viewer.Presenter);

        // There is no window manager: whoever has the pointer is at the window's corner, and has the keys.
        WaitFor(() => Look(w => w.Shown) is not null);
        Screen = new XConnection();
        Window = Screen.Find(Title);
        Screen.Place(Window);
    }

    /// <summary>What is written on the window's frame.</summary>
    public static string Title => "Kernel window test";

    public KernelEngine.Viewer Viewer { get; private set; } = null!;

    public WindowPresenter Presenter { get; }

    public XConnection Screen { get; }

    /// <summary>The window's number on its display.</summary>
    public nuint Window { get; }

    public Net Model { get; private set; } = null!;

    public SGD Optimizer { get; private set; } = null!;

    /// <summary>How many steps were made.</summary>
    public int Steps { get; private set; }

    /// <summary>Looks at the window, on its thread.</summary>
    public T Look<T>(Func<WindowLoop, T> look) => Presenter.Look(look);

    /// <summary>The middle of something in the scene, once it is there.</summary>
    public (float X, float Y) PlaceOf(string name)
    {
        PixelRect? found = null;
        WaitFor(() => (found = Look(w => w.Scene.BoundsOf(name))) is { IsEmpty: false });
        return (found!.Value.X + (found.Value.Width / 2f), found.Value.Y + (found.Value.Height / 2f));
    }

    /// <summary>Waits until something is so.</summary>
    public void WaitFor(Func<bool> isSo, string what = "what was waited for")
    {
        var clock = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(clock.Elapsed < Longest, $"{what} did not come");
            Thread.Sleep(5);
        }
    }

    /// <summary>Waits until nothing is wrong any more.</summary>
    public void WaitFor(Func<string?> problem)
    {
        var clock = Stopwatch.StartNew();
        while (problem() is { } wrong)
        {
            Assert.True(clock.Elapsed < Longest, wrong);
            Thread.Sleep(20);
        }
    }

    /// <summary>Waits until the training has made so many more steps.</summary>
    public void WaitForSteps(int count)
    {
        var until = Steps + count;
        WaitFor(() => Steps >= until, $"step {until}");
    }

    /// <summary>Waits until the training waits: it is within the viewer, and stays there.</summary>
    public void WaitForPause()
    {
        WaitFor(() => Look(w => w.Scene.State.IsPaused), "the pause");
        var still = Stopwatch.StartNew();
        var steps = -1;
        WaitFor(() =>
        {
            if (!isInViewer || steps != Steps)
                still.Restart();
            steps = Steps;
            return still.Elapsed > TimeSpan.FromSeconds(0.4);
        }, "the last step");
    }

    /// <summary>Ends the training, and compares its weights with those of one that nobody looked at.</summary>
    public void Finish()
    {
        Stop();
        Assert.Null(problem);
        var (net, step) = Make(device);
        for (var i = 0; i < Steps; i++)
            step();
        foreach (var (seen, unseen) in Model.Parameters().Zip(net.Parameters()))
            Assert.Equal(unseen.ToArray<float>(), seen.ToArray<float>());
    }

    public void Dispose()
    {
        Stop();
        Screen.Dispose();
    }

    private static (Net Net, Func<Tensor> Step) Make(ComputeDevice device) => Make(device, out _);

    private static (Net Net, Func<Tensor> Step) Make(ComputeDevice device, out SGD optimizer)
    {
        var random = new Random(7);
        float[] Values(int count, float scale) =>
            [.. Enumerable.Range(0, count).Select(_ => ((random.NextSingle() * 2) - 1) * scale)];
        var net = new Net();
        using (Autograd.NoGrad())
        {
            foreach (var parameter in net.Parameters())
            {
                parameter.CopyFrom<float>(Values((int)parameter.ElementCount, 0.3f));
            }
        }

        net = net.To(device);
        var inputs = Tensor.FromArray(Values(32 * 16, 1)).Reshape(32, 16).To(device);
        var targets = Tensor.FromArray(Values(32 * 6, 1)).Reshape(32, 6).To(device);
        var sgd = optimizer = new SGD(net.Parameters(), lr: 0.01);
        return (net, () =>
        {
            sgd.ZeroGrad();
            var loss = (net.Call(inputs) - targets).Square().Mean();
            loss.Backward();
            sgd.Step();
            return loss;
        }
        );
    }

    private void Stop()
    {
        isStopping = true;
        if (!thread.Join(0))
        {
            // It may be paused.
            WaitFor(() =>
            {
                if (!Viewer.IsClosed && Look(w => w.Scene.State.IsPaused))
                    TestDisplay.Press("space");
                return thread.Join(200);
            }, "the end of the training");
        }
    }

    private void Run(ViewerOptions options)
    {
        try
        {
            (Model, var step) = Make(device, out var optimizer);
            Optimizer = optimizer;
            using (Viewer = KernelEngine.Viewer.Open(Model, Optimizer, options: options with { Title = Title }))
            {
                opened.Set();
                while (!isStopping)
                {
                    var loss = step();
                    Steps++;
                    isInViewer = true;
                    Viewer.Step(loss);
                    isInViewer = false;
                    Thread.Sleep(2); // so that the same steps once more take little time
                }
            }
        }
        catch (Exception e)
        {
            problem = e;
            opened.Set();
        }
    }

    /// <summary>Two layers.</summary>
    internal sealed class Net : Module
    {
        private readonly Linear fc1 = new(16, 24), fc2 = new(24, 6);

        public Tensor First => fc1.Weight;

        protected override Tensor Forward(Tensor x) => fc2.Call(fc1.Call(x).Relu());
    }
}
