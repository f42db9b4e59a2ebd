using KernelEngine.Nn;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>A training on numbers at random, with a recorder that looks on and no window.</summary>
internal sealed class WatchedTraining
{
    private readonly CrossEntropyLoss criterion = new();
    private readonly Tensor[] labels;

    public WatchedTraining(ComputeDevice device, Module net, Shape example, bool isWatched = true, Wishes? wishes = null)
    {
        // The same numbers on every device.
        var random = new Random(3);
        Inputs = [.. Enumerable.Range(0, 3).Select(_ => Tensor.FromArray(
            [.. Enumerable.Range(0, (int)(16 * example.ElementCount)).Select(_ => random.NextSingle() - 0.5f)],
            [16, .. example]).To(device))];
        labels = [.. Enumerable.Range(0, 3).Select(_ => Tensor.FromArray(
            [.. Enumerable.Range(0, 16).Select(_ => (long)random.Next(4))]).To(device))];
        Net = net.To(device);
        Adam = new(net.Parameters().Where(p => p.RequiresGrad), lr: 0.01);
        Link.Wishes = wishes ?? EveryStep;
        if (isWatched)
            Recorder = new(Link, net, Adam, null, null);
    }

    /// <summary>A frame for each step.</summary>
    public static Wishes EveryStep => new() { FramesPerSecond = 1e9, MostCost = 1e9 };

    public Module Net { get; }

    /// <summary>The batches, which come in turn.</summary>
    public Tensor[] Inputs { get; }

    public Adam Adam { get; }

    public Link Link { get; } = new();

    public Recorder? Recorder { get; }

    public int Steps { get; private set; }

    /// <summary>Trains for one step, and shows it to the recorder.</summary>
    /// <returns>The loss.</returns>
    public Tensor Step()
    {
        Adam.ZeroGrad();
        var loss = criterion.Call(Net.Call(Inputs[Steps % 3]), labels[Steps % 3]);
        loss.Backward();
        Adam.Step();
        Steps++;
        Recorder?.Step(loss);
        return loss;
    }

    /// <summary>The next frame; waits until the device has it.</summary>
    public Frame Frame()
    {
        Frame? frame = null;
        Assert.True(SpinWait.SpinUntil(() => (frame = Link.Take()) is not null, TimeSpan.FromSeconds(60)), "no frame");
        return frame!;
    }

    /// <summary>Everything that is learned, bit for bit.</summary>
    public Dictionary<string, float[]> Weights() =>
        Net.StateDict().Where(t => t.Value.DType == DType.Float32).ToDictionary(t => t.Key, t => t.Value.ToArray<float>());

    /// <summary>Two linear layers, with what draws at random and what keeps count between them.</summary>
    public static Module Mlp() => new Sequential(
        new Linear(6, 32), new BatchNorm1d(32), new ReLU(), new Dropout(0.3), new Linear(32, 4));

    /// <summary>A convolution and a linear layer.</summary>
    public static Module Cnn() => new Sequential(
        new Conv2d(1, 4, 3, padding: 1), new BatchNorm2d(4), new ReLU(), new Flatten(), new Linear(4 * 8 * 8, 4));
}
