using KernelEngine.Nn;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>What a frame says of a network, against what is computed directly, on every device.</summary>
public class CaptureTests
{
    public static TheoryData<string> Devices => TestDevices.All;

    [Theory, MemberData(nameof(Devices))]
    public void Numbers_of_parameters_are_those_of_their_elements(string name)
    {
        var training = new WatchedTraining(TestDevices.Get(name), WatchedTraining.Mlp(), [6]);
        var before = Array.Empty<float[]>();
        for (var step = 1; step <= 4; step++)
        {
            training.Step();
            var frame = training.Frame();
            Assert.Equal(step, frame.Step);
            var values = training.Net.Parameters().Select(p => p.ToArray<float>()).ToArray();
            var gradients = training.Net.Parameters().Select(p => p.Grad!.ToArray<float>()).ToArray();
            Assert.Equal(values.Length, frame.Parameters.Count);
            for (var i = 0; i < values.Length; i++)
            {
                var found = frame.Parameters[i];
                Check(values[i], found);
                Near(Norm(gradients[i]), found.GradientNorm);
                Near(gradients[i].Max(Math.Abs), found.GradientMax);
                if (step > 1)
                    Near(Norm([.. values[i].Zip(before[i], (now, then) => now - then)]), found.UpdateNorm);
                else
                    Assert.True(float.IsNaN(found.UpdateNorm));
            }

            before = values;
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Large_parameters_are_looked_at_where_they_lie(string name)
    {
        var device = TestDevices.Get(name);
        Tensor[] parameters =
        [
            Tensor.Randn([700, 431]).To(device), Tensor.Randn([3]).To(device), (Tensor.Randn([40_000, 10]) + 5).To(device),
        ];
        foreach (var parameter in parameters)
            parameter.Grad = parameter * 0.5;
        var capture = new ParameterCapture(parameters, device);
        capture.Remember(7);
        foreach (var parameter in parameters)
            parameter.Add_(0.25);
        var statistics = Read(device, reading => capture.Ask(reading, 8));
        for (var i = 0; i < parameters.Length; i++)
        {
            var values = parameters[i].ToArray<float>();
            Check(values, statistics[i], isSampled: i != 1);
            Near(0.25 * Math.Sqrt(values.Length), statistics[i].UpdateNorm);
            Near(Norm(parameters[i].Grad!.ToArray<float>()), statistics[i].GradientNorm);
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Parameters_of_any_kind_have_numbers(string name)
    {
        var device = TestDevices.Get(name);
        var list = new List<Tensor>
        {
            Tensor.Zeros([0, 5]), Tensor.Of(2.5), Tensor.Of([1.0, -3]).To(DType.Float16),
            Tensor.Of([1.0, -3, 0.5]).To(DType.BFloat16), Tensor.Of([[4, -5, 6]]), Tensor.Randn([5, 7]).T,
            Tensor.Full([300], 1.0), Tensor.Full([3], float.NaN),
        };
        if (device.Limits.HasFloat64)
            list.Add(Tensor.Randn([33, 2], DType.Float64));
        Tensor[] parameters = [.. list.Select(p => p.To(device))];
        var capture = new ParameterCapture(parameters, device);
        var statistics = Read(device, reading => capture.Ask(reading, 1));
        Assert.True(float.IsNaN(statistics[0].Mean));
        Assert.Equal(0, statistics[0].Norm);
        for (var i = 1; i < parameters.Length; i++)
        {
            Assert.True(float.IsNaN(statistics[i].GradientNorm));
            if (i != 7)
                Check(parameters[i].To(DType.Float32).ToArray<float>(), statistics[i]);
        }

        Assert.Equal(0, statistics[6].Deviation);
        Assert.True(float.IsNaN(statistics[7].Largest));
        Assert.Equal(0, statistics[7].Histogram.Sum());
    }

    [Theory, MemberData(nameof(Devices))]
    public void Layers_are_looked_at_in_eval_mode(string name)
    {
        var training = new WatchedTraining(TestDevices.Get(name), WatchedTraining.Cnn(), [1, 8, 8]);
        training.Step();
        var network = training.Frame().Network;
        Assert.Equal(["Conv2d", "BatchNorm2d", "ReLU", "Flatten", "Linear"], network.Layers.Select(l => l.Type));
        Assert.Equal([4, 8, 8], network.Layers[1].Output);
        Assert.Equal([4], network.Layers[4].Output);
        Assert.Equal([false, true, false, false, false], network.Layers.Select(l => l.IsRectified));

        // The first of the three batches is the probe.
        training.Step();
        var frame = training.Frame();
        var x = training.Inputs[0];
        training.Net.Eval();
        using var mode = Autograd.NoGrad();
        var layers = training.Net.Children().ToArray();
        for (var i = 0; i < layers.Length; i++)
        {
            x = layers[i].Call(x);
            Near(x.Mean().Item().ToDouble(), frame.Layers[i].ActivationMean, 1e-4);
            Near(x.Std(correction: 0).Item().ToDouble(), frame.Layers[i].ActivationDeviation);
            if (i == 1)
                Assert.Equal(x.Amax([0, 2, 3]).Le(0).To(DType.Float32).Mean().Item().ToDouble(), frame.Layers[1].Dead, 6);
            else
                Assert.True(float.IsNaN(frame.Layers[i].Dead));
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Losses_of_all_steps_arrive(string name)
    {
        var training = new WatchedTraining(
            TestDevices.Get(name), WatchedTraining.Mlp(), [6], wishes: new() { FramesPerSecond = 30, MostCost = 1 });
        var (losses, points) = (new List<float>(), new List<LossPoint>());
        for (var i = 0; i < 60; i++)
        {
            losses.Add((float)training.Step().Item().ToDouble());
            if (training.Link.Take() is { } frame)
                points.AddRange(frame.Losses);
        }

        training.Recorder!.End();
        points.AddRange(training.Link.Take()?.Losses ?? []);
        Assert.Equal(Enumerable.Range(1, 60).Select(i => (long)i), points.Select(p => p.Step));
        Assert.Equal(losses, points.Select(p => p.Loss));
        Assert.All(points, p => Assert.True(float.IsNaN(p.Accuracy)));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Maps_are_the_elements(string name)
    {
        var device = TestDevices.Get(name);
        var training = new WatchedTraining(device, WatchedTraining.Mlp(), [6], wishes: WatchedTraining.EveryStep with
        {
            Maps = [new(0, MapKind.Weight), new(4, MapKind.Gradient), new(99, MapKind.Weight)],
        });
        training.Step();
        var maps = training.Frame().Maps;
        var weights = training.Net.Parameters()[0].ToArray<float>();
        Assert.Equal(2, maps.Count);
        Assert.Equal(weights, ((HostValues)maps[new(0, MapKind.Weight)]).Values);
        Assert.Equal(
            training.Net.Parameters()[4].Grad!.ToArray<float>(), ((HostValues)maps[new(4, MapKind.Gradient)]).Values);
        training.Link.Wishes = training.Link.Wishes with { TakesDeviceValues = true };
        training.Step();
        var kept = ((DeviceValues)training.Frame().Maps[new(0, MapKind.Weight)]).Tensor;
        weights = training.Net.Parameters()[0].ToArray<float>();
        training.Step();
        Assert.Equal(weights, kept.ToArray<float>());
    }

    [Theory, MemberData(nameof(Devices))]
    public void Decisions_and_samples_are_what_the_network_says(string name)
    {
        var device = TestDevices.Get(name);
        var net = new Sequential(new Linear(2, 16), new ReLU(), new Dropout(0.5), new Linear(16, 3)).To(device);
        var points = Tensor.Randn([20, 2]);

        // On the device they are read while the training goes on.
        var classes = Tensor.Randint(0, 3, [20]);
        var frame = FrameOf(device, net, points, ViewerSamples.Points(points.To(device), classes.To(device)));
        var map = frame.Decision!;
        Assert.Equal(3, map.Classes);
        Assert.Equal(20, map.Points.Count);
        Assert.Equal(points.ToArray<float>(), map.Points.SelectMany(p => new[] { p.X, p.Y }));
        Assert.Equal(classes.ToArray<long>(), map.Points.Select(p => (long)p.Class));
        net.Eval();
        using var mode = Autograd.NoGrad();
        foreach (var (row, column) in new[] { (0, 0), (10, 50), (63, 63) })
        {
            var x = map.Area.Left + ((map.Area.Right - map.Area.Left) * (column + 0.5f) / map.Size);
            var y = map.Area.Top - ((map.Area.Top - map.Area.Bottom) * (row + 0.5f) / map.Size);
            var (sure, found) = net.Call(Tensor.FromArray([x, y], [1, 2]).To(device)).Softmax(1).Max(1);
            Assert.Equal(found.Item().ToInt64(), map.Places[(row * map.Size) + column].Class);
            Near(sure.Item().ToDouble(), map.Places[(row * map.Size) + column].Sure);
        }

        var pictures = Tensor.Rand([5, 1, 8, 8]);
        net = new Sequential(new Flatten(), new Linear(64, 3)).To(device);
        var strip = FrameOf(
            device, net, pictures,
            ViewerSamples.Pictures(pictures.To(device), Tensor.Of([0, 1, 2, 0, 1]), ["zero", "one", "two"])).Samples!;
        Assert.Equal((8, 8, 1), (strip.Width, strip.Height, strip.Channels));
        Assert.Equal(pictures.ToArray<float>(), strip.Pixels);
        Assert.Equal(["zero", "one", "two", "zero", "one"], strip.Samples.Select(s => s.Label));
        var expected = net.Call(pictures.To(device)).Argmax(1).ToArray<long>();
        Assert.Equal(expected.Select(c => new[] { "zero", "one", "two" }[c]), strip.Samples.Select(s => s.Prediction));
    }

    private static Frame FrameOf(ComputeDevice device, Module net, Tensor inputs, ViewerSamples samples)
    {
        var link = new Link { Wishes = WatchedTraining.EveryStep };
        var recorder = new Recorder(link, net, null, null, samples);
        recorder.Step(net.Call(inputs.To(device)).Sum());
        recorder.End();
        return link.Take()!;
    }

    private static T Read<T>(ComputeDevice device, Func<Reading, Func<T>> ask)
    {
        using var mode = Autograd.NoGrad();
        var (reading, memory) = (new Reading(device), Array.Empty<float>());
        var answer = ask(reading);
        reading.Run(ref memory).AsTask().GetAwaiter().GetResult();
        return answer();
    }

    private static void Check(float[] values, ParameterStatistics found, bool isSampled = false)
    {
        var mean = values.Average(v => (double)v);
        var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        Assert.InRange(found.Mean, mean - (1e-5 * (deviation + 1e-3)) - 1e-7, mean + (1e-5 * (deviation + 1e-3)) + 1e-7);
        Near(deviation, found.Deviation);

        // Rounded where the values lie: the least of them may be near zero, the others far from it.
        var rounding = 1e-6 * Math.Max(values.Max(Math.Abs), 1e-3);
        Assert.InRange(found.Min, values.Min() - rounding, values.Min() + rounding);
        Assert.InRange(found.Max, values.Max() - rounding, values.Max() + rounding);
        Near(Norm(values), found.Norm);
        Assert.Equal(found.Largest, found.HistogramScale);
        if (isSampled)
        {
            Near(values.Length, found.Histogram.Sum());
            return;
        }

        var bars = new float[64];
        foreach (var value in values)
            bars[(int)Math.Clamp((value * (32 / found.HistogramScale)) + 32, 0, 63)]++;
        Assert.Equal(bars, found.Histogram);
    }

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(v => (double)v * v));

    private static void Near(double expected, double found, double tolerance = 1e-5) => Assert.InRange(
        found, expected - (tolerance * Math.Max(Math.Abs(expected), 1e-3)),
        expected + (tolerance * Math.Max(Math.Abs(expected), 1e-3)));
}
