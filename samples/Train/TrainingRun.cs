using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using KernelEngine;
using KernelEngine.Nn;

namespace Train;

/// <summary>One training from first values to the test.</summary>
internal sealed class TrainingRun
{
    public required string Dataset { get; init; }

    public required ComputeDevice Device { get; init; }

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required double Lr { get; init; }

    public required string Optimizer { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Trains, tests, and prints.</summary>
    /// <returns>The exit code: 0, or 130 if it was stopped.</returns>
    public int Execute(CancellationToken stop)
    {
        Generator.SeedAll(Seed);
        var (train, test) = Dataset == "digits"
            ? (Digits.Train, Digits.Test)
            : (Spirals.Make(400, seed: 1), Spirals.Make(100, seed: 2));
        var classes = (int)train.Labels.Max().Item().ToInt64() + 1;
        var net = new Net((int)train.Inputs.Shape[1], classes, Dataset == "digits" ? 0.3 : 0).To(Device);
        var loader = new DataLoader(train.To(Device), BatchSize, shuffle: true);
        Console.WriteLine(
            $"{Dataset}: {train.Count} examples to learn from, {test.Count} to test with; {Device} ({Device.Name})");
        Console.WriteLine(net);

        using (var display = ProgressDisplay.Create(Epochs, loader.Count))
            Train(net, loader, train.Count, display, stop);
        if (stop.IsCancellationRequested)
            Console.WriteLine("stopped");

        var correct = Correct(net, test.To(Device));
        Console.WriteLine($"parameters SHA-256: {HashOf(net)}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"test accuracy: {(double)correct / test.Count:0.0000} ({correct}/{test.Count})"));
        return stop.IsCancellationRequested ? 130 : 0;
    }

    private void Train(Net net, DataLoader loader, int examples, ProgressDisplay display, CancellationToken stop)
    {
        Optimizer optimizer = Optimizer switch
        {
            "sgd" => new SGD(net.Parameters(), Lr, momentum: 0.9),
            "adamw" => new AdamW(net.Parameters(), Lr),
            _ => new Adam(net.Parameters(), Lr),
        };
        var criterion = new CrossEntropyLoss();
        net.Train();
        for (var epoch = 1; epoch <= Epochs; epoch++)
        {
            var (lossSum, correct, seen) = (Zero(), Zero(), 0L);
            var start = Stopwatch.GetTimestamp();

            // The rate falls to zero along half a cosine, so that the last steps settle.
            optimizer.ParamGroups[0].Lr = Lr * 0.5 * (1 + Math.Cos(Math.PI * (epoch - 1) / Epochs));
            foreach (var (input, label) in loader)
            {
                if (stop.IsCancellationRequested)
                    return;
                optimizer.ZeroGrad();
                var output = net.Call(input);
                var loss = criterion.Call(output, label);
                loss.Backward();
                optimizer.Step();

                using (Autograd.NoGrad())
                {
                    // Added up where they are; read only when they are shown.
                    lossSum += loss * input.Shape[0];
                    correct += output.Argmax(1).Eq(label).Sum();
                }

                seen += input.Shape[0];
                if (display.WantsStep)
                    display.Step(epoch, StatusOf(lossSum, correct, seen, start));
            }

            display.Epoch(epoch, StatusOf(lossSum, correct, examples, start));
        }

        Tensor Zero() => Tensor.Zeros([], DType.Float64, Device);
    }

    private static Status StatusOf(Tensor lossSum, Tensor correct, long seen, long start) => new(
        lossSum.Item().ToDouble() / seen, correct.Item().ToDouble() / seen,
        seen / Stopwatch.GetElapsedTime(start).TotalSeconds);

    private static long Correct(Net net, TensorDataset test)
    {
        net.Eval();
        using (Autograd.NoGrad())
            return net.Call(test.Inputs).Argmax(1).Eq(test.Labels).Sum().Item().ToInt64();
    }

    private static string HashOf(Net net)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in net.StateDict())
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(name));
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.ToArray<float>().AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>How a training stands.</summary>
/// <param name="Loss">The mean loss of this pass so far.</param>
/// <param name="Accuracy">The share of right answers in this pass so far.</param>
/// <param name="Speed">Examples per second.</param>
internal readonly record struct Status(double Loss, double Accuracy, double Speed);

/// <summary>Two hidden layers, which forget some of what they saw while they learn.</summary>
internal sealed class Net(int inputs, int classes, double drop) : Module
{
    private readonly Linear fc1 = new(inputs, 256), fc2 = new(256, 128), fc3 = new(128, classes);
    private readonly Dropout dropout = new(drop);

    protected override Tensor Forward(Tensor x)
    {
        x = dropout.Call(fc1.Call(x).Relu());
        x = dropout.Call(fc2.Call(x).Relu());
        return fc3.Call(x);
    }
}
