using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using KernelEngine;
using KernelEngine.Nn;

namespace Training;

/// <summary>One training from first values, or from where it was left, to the test.</summary>
public sealed class TrainingRun
{
    private const string DoneName = "epochs-done";

    public required TrainingOptions Options { get; init; }

    public required ComputeDevice Device { get; init; }

    /// <summary>The folder of the dataset's files; the usual places where null.</summary>
    public string? Data { get; init; }

    /// <summary>Where to save after each epoch and when it is stopped; nowhere where null.</summary>
    public string? SavePath { get; init; }

    /// <summary>What to go on with; from first values where null.</summary>
    public string? ResumePath { get; init; }

    /// <summary>Makes who looks on; nobody does where null.</summary>
    public Func<TrainingScene, ITrainingObserver>? Observe { get; init; }

    /// <summary>Trains, tests, and prints.</summary>
    /// <returns>The exit code: 0, or 130 if it was stopped.</returns>
    public int Execute(CancellationToken stop)
    {
        Generator.SeedAll(Options.Seed);
        var (train, test) = Datasets();
        if (train.Count == 0 || test.Count == 0)
            throw new TensorValueException($"{Options.Dataset}: there are no examples");
        var example = train[0].Input.Shape;
        var classes = Options.Dataset == "spirals" ? 3 : 10;
        var net = NetworkFor(example, classes).To(Device);
        var loader = new DataLoader(train, Options.BatchSize, shuffle: true, numWorkers: 1).To(Device);
        var optimizer = OptimizerFor(net);
        var scheduler = new ExponentialLR(optimizer, Options.Gamma);
        var checkpoint = new Checkpoint()
            .Add("model", net).Add("optimizer", optimizer).Add("scheduler", scheduler).Add("loader", loader);
        Console.WriteLine(
            $"{Options.Dataset}: {train.Count} examples to learn from, {test.Count} to test with; " +
            $"{Device} ({Device.Name})");
        Console.WriteLine(net);
        var (done, isSaved) = (0, false);
        if (ResumePath is not null)
        {
            var values = checkpoint.Load(ResumePath).Values;
            if (!int.TryParse(values.GetValueOrDefault(DoneName), CultureInfo.InvariantCulture, out done) || done < 0)
                throw new TensorValueException($"{ResumePath} is no checkpoint of this program: it has no {DoneName}");
            Console.WriteLine(
                $"resumed: {done} epochs and {loader.State.Pass?.Batches ?? 0} of {loader.Count} batches are done");
        }

        Options.WriteTo(checkpoint.Values);
        var firstStep = (done * loader.Count) + (loader.State.Pass?.Batches ?? 0);
        using var observer = Observe?.Invoke(new(Options, net, optimizer, test, classes));
        using (var display = ProgressDisplay.Create(Options.Epochs, loader.Count, firstStep))
        {
            while (done < Options.Epochs && !stop.IsCancellationRequested)
            {
                if (TrainEpoch(net, optimizer, loader, done + 1, display, observer, stop))
                {
                    scheduler.Step();
                    done++;
                }

                Save();
            }
        }

        observer?.End();
        if (stop.IsCancellationRequested)
            Console.WriteLine("stopped");

        // Where there was nothing to do: what was resumed is worth another file, first values are not worth an old one.
        if (!isSaved && ResumePath is not null && ResumePath != SavePath)
            Save();
        if (isSaved)
            Console.WriteLine($"saved: {SavePath}");
        var correct = Correct(net, test);
        Console.WriteLine($"parameters SHA-256: {HashOf(net)}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"test accuracy: {(double)correct / test.Count:0.0000} ({correct}/{test.Count})"));
        observer?.Linger(stop);
        return stop.IsCancellationRequested ? 130 : 0;

        void Save()
        {
            if (SavePath is null)
                return;
            checkpoint.Values[DoneName] = done.ToString(CultureInfo.InvariantCulture);
            checkpoint.Save(SavePath);
            isSaved = true;
        }
    }

    /// <summary>Trains to the end of an epoch.</summary>
    /// <returns>Whether it got there; else it was stopped behind a batch.</returns>
    private bool TrainEpoch(
        Module net, Optimizer optimizer, DataLoader<(Tensor Input, Tensor Label)> loader, int epoch,
        ProgressDisplay display, ITrainingObserver? observer, CancellationToken stop)
    {
        var criterion = new CrossEntropyLoss();
        var (lossSum, correct, seen) = (Zero(), Zero(), 0L);
        var start = Stopwatch.GetTimestamp();
        net.Train();
        foreach (var (input, label) in loader)
        {
            optimizer.ZeroGrad();
            var output = net.Call(input);
            var loss = criterion.Call(output, label);
            loss.Backward();
            optimizer.Step();

            using (Autograd.NoGrad())
            {
                // Added up where they are; read only when they are shown.
                var right = output.Argmax(1).Eq(label).Sum();
                lossSum += loss * input.Shape[0];
                correct += right;
                observer?.Step(loss, right / (double)input.Shape[0], stop);
            }

            seen += input.Shape[0];
            if (display.WantsStep)
                display.Step(epoch, StatusOf(lossSum, correct, seen, start));

            // Behind a whole step: what is saved then goes on with the next batch.
            if (stop.IsCancellationRequested)
                return false;
        }

        display.Epoch(epoch, StatusOf(lossSum, correct, seen, start));
        return true;

        Tensor Zero() =>
            Tensor.Zeros([], Device.Limits.HasFloat64 ? DType.Float64 : DType.Float32, Device);
    }

    private (Dataset Train, Dataset Test) Datasets() => Options.Dataset switch
    {
        "fashion-mnist" => (MnistDataset.FashionMnist(true, Data), MnistDataset.FashionMnist(false, Data)),
        "spirals" => (Spirals.Make(400, seed: 1), Spirals.Make(100, seed: 2)),
        _ => (Digits.Train, Digits.Test),
    };

    private Module NetworkFor(Shape example, int classes)
    {
        if (Options.Model == "cnn")
        {
            return Options.Dataset == "spirals"
                ? throw new TensorValueException("--model cnn: the points of spirals are no pictures")
                : new Cnn(1, (long)Math.Sqrt(example.ElementCount), classes);
        }

        var drop = Options.Dataset switch { "spirals" => 0, "digits" => 0.3, _ => 0.2 };
        return new Mlp(example.ElementCount, classes, drop);
    }

    private Optimizer OptimizerFor(Module net) => Options.Optimizer switch
    {
        "sgd" => new SGD(net.Parameters(), Options.Lr, momentum: 0.9),
        "adamw" => new AdamW(net.Parameters(), Options.Lr),
        _ => new Adam(net.Parameters(), Options.Lr),
    };

    private long Correct(Module net, Dataset test)
    {
        net.Eval();
        using var scope = Autograd.NoGrad();
        var correct = 0L;
        foreach (var (input, label) in new DataLoader(test, batchSize: 500).To(Device))
            correct += net.Call(input).Argmax(1).Eq(label).Sum().Item().ToInt64();
        return correct;
    }

    private static Status StatusOf(Tensor lossSum, Tensor correct, long seen, long start) => new(
        lossSum.Item().ToDouble() / Math.Max(seen, 1), correct.Item().ToDouble() / Math.Max(seen, 1),
        seen / Stopwatch.GetElapsedTime(start).TotalSeconds);

    private static string HashOf(Module net)
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
