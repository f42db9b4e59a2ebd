using KernelEngine.Nn;

namespace KernelEngine.Tests.Gpu;

/// <summary>Networks on GPU devices: they learn as on the processor, in few launches, submits and bytes.</summary>
[Collection(GpuCountsCollection.Name)]
public sealed class GpuTrainingTests
{
    private const int Steps = 50;

    private static readonly Dictionary<string, Func<Module>> Networks = new()
    {
        ["mlp"] = () => new Sequential(
            new Linear(64, 256), new ReLU(), new Linear(256, 128), new ReLU(), new Linear(128, 10)),
        ["cnn"] = () => new Sequential(
            new Unflatten(1, [1, 8, 8]), new Conv2d(1, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(),
            new MaxPool2d(2), new Conv2d(8, 16, 3, padding: 1), new ReLU(), new Flatten(), new Linear(256, 10)),
    };

    private static readonly Dictionary<string, Func<IEnumerable<Tensor>, Optimizer>> Optimizers = new()
    {
        ["Adam"] = p => new Adam(p),
        ["Adam with amsgrad"] = p => new Adam(p, amsGrad: true),
        ["AdamW"] = p => new AdamW(p),
        ["SGD"] = p => new SGD(p, 0.1),
        ["SGD with momentum"] = p => new SGD(p, 0.1, momentum: 0.9, weightDecay: 0.1, nesterov: true),
        ["RMSprop"] = p => new RMSprop(p, momentum: 0.9, centered: true),
        ["Adagrad"] = p => new Adagrad(p),
        ["Adadelta"] = p => new Adadelta(p),
        ["Adamax"] = p => new Adamax(p),
        ["NAdam"] = p => new NAdam(p),
        ["RAdam"] = p => new RAdam(p),
        ["ASGD"] = p => new ASGD(p),
        ["Rprop"] = p => new Rprop(p),
    };

    public static TheoryData<string, string> NetworksOnGpus => OnGpus(Networks.Keys);

    public static TheoryData<string, string> OptimizersOnGpus => OnGpus(Optimizers.Keys);

    [Theory, MemberData(nameof(NetworksOnGpus))]
    public void The_first_losses_are_those_of_the_processor(string name, string network)
    {
        var device = TestDevices.Get(name);
        var expected = Losses(ComputeDevice.Cpu(), network);
        var found = Losses(device, network);
        for (var i = 0; i < Steps; i++)
            Assert.Equal(expected[i], found[i], Math.Abs(expected[i]) * 1e-3f);
    }

    [Theory, MemberData(nameof(NetworksOnGpus))]
    public void A_step_takes_two_submits_at_most_and_nothing_is_read(string name, string network)
    {
        var device = TestDevices.Get(name);
        var training = new Training(device, network);
        training.Run(5, _ => { });
        device.Synchronize();
        var before = device.Statistics;
        training.Run(20, _ => { });
        device.Flush();
        var done = device.Statistics - before;
        Assert.True(done.Submits <= 2 * 20, done.ToString());
        Assert.Equal(0, done.BytesDownloaded);
        Assert.True(done.Launches > 0);
        Assert.Equal(0, done.KernelsBuilt);
        device.Synchronize();
    }

    [Theory, MemberData(nameof(OptimizersOnGpus))]
    public void An_optimizer_steps_over_24_parameters_in_four_launches(string name, string optimizer)
    {
        var device = TestDevices.Get(name);
        var net = new Sequential(Enumerable.Range(0, 12).Select(i => (Module)new Linear(4 + i, 5 + i)).ToArray());
        var own = net.To(device).Parameters().ToArray();
        var other = own.Select(p => (Tensor)new Parameter(p.Detach().To(ComputeDevice.Cpu()).Clone())).ToArray();
        Assert.Equal(24, own.Length);
        var (steps, expected) = (Optimizers[optimizer](own), Optimizers[optimizer](other));
        for (var i = 0; i < 3; i++)
        {
            foreach (var (p, q) in own.Zip(other))
            {
                q.Grad = Tensor.Randn(q.Shape.ToArray(), generator: new(7));
                p.Grad = q.Grad.To(device);
            }

            device.Flush();
            var before = device.Statistics;
            steps.Step();
            var done = device.Statistics - before;
            expected.Step();

            // The first makes the state.
            if (i > 0)
            {
                Assert.True(done.Launches <= 4, done.ToString());
                Assert.Equal(0, done.BytesDownloaded);
            }
        }

        foreach (var (p, q) in own.Zip(other))
        {
            foreach (var (found, wanted) in p.Detach().Flatten().ToArray<float>().Zip(
                q.Detach().Flatten().ToArray<float>()))
                Assert.Equal(wanted, found, 1e-5f + (1e-5f * Math.Abs(wanted)));
        }
    }

    [Theory, MemberData(nameof(TestDevices.Gpus), MemberType = typeof(TestDevices))]
    public void A_function_of_seven_operators_is_one_launch_and_its_derivative_another(string name)
    {
        var device = TestDevices.Get(name);
        var chain = Pointwise.Define("chain of a test", (x, y, z) =>
        {
            var r = Pointwise.Max((((x * y) + z) * 0.5) - x, 0);
            return (r * r) + y;
        });
        var (a, b, c) = (Drawn(1), Drawn(2), Drawn(3));
        var gradient = Tensor.Ones([5, 100], device: device);
        for (var i = 0; i < 2; i++)
        {
            (a.Grad, b.Grad, c.Grad) = (null, null, null);
            device.Flush();
            var before = device.Statistics;
            var y = chain(a, b, c);
            device.Flush();
            Assert.Equal(1, (device.Statistics - before).Launches);
            y.Backward(gradient);
            device.Flush();
            Assert.Equal(2, (device.Statistics - before).Launches);
        }

        Tensor x = a.Detach(), w = b.Detach(), v = c.Detach();
        var rest = ((((x * w) + v) * 0.5) - x).Maximum(Tensor.Zeros([], device: device));
        AssertClose(rest * ((w * 0.5) - 1) * 2, a.Grad!);
        AssertClose((rest * x) + 1, b.Grad!);
        AssertClose(rest, c.Grad!);

        Tensor Drawn(ulong seed) =>
            Tensor.Randn([5, 100], generator: new(seed)).To(device).RequiresGrad_();
    }

    [Theory, MemberData(nameof(TestDevices.Gpus), MemberType = typeof(TestDevices))]
    public void Training_without_free_or_scope_keeps_no_memory(string name)
    {
        var device = TestDevices.Get(name);
        var net = new Sequential(new Linear(64, 256), new ReLU(), new Linear(256, 10)).To(device);
        var adam = new Adam(net.Parameters());
        var x = Tensor.Randn([64, 64], device: device);
        var target = Tensor.Randint(0, 10, [64], device: device);
        var held = 0L;
        for (var step = 1; step <= 400; step++)
        {
            adam.ZeroGrad();
            Functional.CrossEntropy(net.Call(x), target).Backward();
            adam.Step();
            if (step == 100)
                held = device.Statistics.BytesHeld;
        }

        device.Synchronize();
        Assert.True(
            device.Statistics.BytesHeld <= Math.Max(1.05 * held, 160e6),
            $"{held} bytes, later {device.Statistics.BytesHeld}");
    }

    private static float[] Losses(ComputeDevice device, string network)
    {
        var losses = new List<Tensor>();
        new Training(device, network).Run(Steps, losses.Add);
        return [.. losses.Select(l => l.Item<float>())];
    }

    private static TheoryData<string, string> OnGpus(IEnumerable<string> rows)
    {
        var data = new TheoryData<string, string>();
        foreach (var device in TestDevices.Gpus)
        {
            foreach (var row in rows)
                data.Add(device.Data, row);
        }

        return data;
    }

    private static void AssertClose(Tensor expected, Tensor found)
    {
        foreach (var (wanted, got) in expected.Flatten().ToArray<float>().Zip(found.Flatten().ToArray<float>()))
            Assert.Equal(wanted, got, 1e-5f + (1e-5f * Math.Abs(wanted)));
    }

    /// <summary>A network that learns digits on a device, from the same values everywhere.</summary>
    private sealed class Training
    {
        private readonly Module net;
        private readonly Adam adam;
        private readonly IEnumerator<(Tensor Input, Tensor Label)> batches;

        public Training(ComputeDevice device, string network)
        {
            Generator.SeedAll(1);
            net = Networks[network]().To(device);
            adam = new(net.Parameters());
            var loader = new DataLoader(Digits.Train, 64, shuffle: true, dropLast: true, generator: new(5)).To(device);
            batches = Endless().GetEnumerator();

            IEnumerable<(Tensor Input, Tensor Label)> Endless()
            {
                while (true)
                {
                    foreach (var batch in loader)
                        yield return batch;
                }
            }
        }

        public void Run(int steps, Action<Tensor> seen)
        {
            for (var i = 0; i < steps; i++)
            {
                batches.MoveNext();
                var (input, label) = batches.Current;
                adam.ZeroGrad();
                var loss = Functional.CrossEntropy(net.Call(input), label);
                loss.Backward();
                adam.Step();
                seen(loss.Detach());
            }
        }
    }
}
