using KernelEngine.Nn;

namespace KernelEngine.Tests.Files;

/// <summary>What draws from the generators of the devices: the whole process's.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class GeneratorCollection
{
    public const string Name = "Generators";
}

[Collection(GeneratorCollection.Name)]
public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("training.safetensors");

    public void Dispose() => folder.Dispose();

    [Theory]
    [OnEachDevice(3)]
    [OnEachDevice(8)]
    [OnEachDevice(11)]
    public void Training_goes_on_with_the_same_bits(string device, int stopAfter)
    {
        var on = TestDevices.Get(device);

        // 5 batches a pass: in the first pass, in the second, and in the third behind its first batch.
        var whole = new Training(1, on);
        whole.Run(15);

        var first = new Training(1, on);
        first.Run(stopAfter);
        first.Checkpoint.Values["note"] = "a \"text\"";
        first.Checkpoint.Save(Path);
        Assert.Equal("a \"text\"", Checkpoint.ReadValues(Path)["note"]);

        var second = new Training(77, on);
        second.Net.Call(Tensor.Ones([1, 64], device: on));
        second.Checkpoint.Load(Path);
        Assert.Equal("a \"text\"", second.Checkpoint.Values["note"]);
        second.Run(15 - stopAfter);

        Assert.True(whole.Net.StateDict().Zip(second.Net.StateDict(), (a, b) => a.Value.Equal(b.Value)).All(e => e));
        Assert.Equal(whole.Adam.ParamGroups[0].Lr, second.Adam.ParamGroups[0].Lr);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var training = new Training(1, ComputeDevice.Cpu());
        training.Run(2);
        training.Checkpoint.Save(Path);
        var error = Assert.Throws<TensorRuntimeException>(
            () => new Checkpoint().Add("net", training.Net).Load(Path));
        Assert.Contains("model", error.Message, StringComparison.Ordinal);
        Assert.Throws<TensorRuntimeException>(() => new Checkpoint()
            .Add("model", new Sequential(new Linear(64, 3))).Add("optimizer", training.Adam)
            .Add("scheduler", training.Scheduler).Add("loader", training.Loader).Load(Path));

        training.Net.Save(Path);
        Assert.Contains("no checkpoint", Assert.Throws<TensorFileException>(
            () => training.Checkpoint.Load(Path)).Message, StringComparison.Ordinal);
        foreach (var text in (string[])
            ["", "[]", "{}", "{\"generators\":1,\"loaders\":{},\"values\":{}}", new string('[', 100_000),
            "{\"generators\":{},\"loaders\":{\"loader\":{\"generator\":{\"seed\":1,\"offset\":-1}}},\"values\":{}}"])
        {
            SafetensorsFile.Save(Path, training.Net.StateDict(), [new("checkpoint", text)]);
            Assert.Throws<TensorFileException>(() => training.Checkpoint.Load(Path));
        }

        Assert.Throws<TensorValueException>(() => training.Checkpoint.Add("model", training.Net));
        Assert.Throws<TensorValueException>(() => training.Checkpoint.Add("a.b", new Generator(1)));
    }

    [Fact]
    public void Generators_of_ones_own_go_on()
    {
        var generator = new Generator(5);
        _ = Tensor.Rand([7], generator: generator);
        new Checkpoint().Add("mine", generator).Save(Path);
        var expected = Tensor.Rand([3], generator: generator);
        var other = new Generator(6);
        new Checkpoint().Add("mine", other).Load(Path);
        Assert.True(expected.Equal(Tensor.Rand([3], generator: other)));
    }

    private sealed class Training
    {
        private IEnumerator<(Tensor Input, Tensor Label)>? pass;

        public Training(ulong seed, ComputeDevice on)
        {
            Generator.SeedAll(seed);
            Net = new Sequential(new Linear(64, 16), new Dropout(0.5), new Linear(16, 10)).To(on);
            Adam = new(Net.Parameters(), lr: 0.01, amsGrad: true);
            Scheduler = new(Adam, stepSize: 3, gamma: 0.5);
            var few = Digits.Train.Subset([.. Enumerable.Range(0, 50).Select(i => (long)i)]);
            Loader = new DataLoader(few, 10, shuffle: true).To(on);
            Checkpoint = new Checkpoint().Add("model", Net).Add("optimizer", Adam).Add("scheduler", Scheduler)
                .Add("loader", Loader);
        }

        public Sequential Net { get; }

        public Adam Adam { get; }

        public StepLR Scheduler { get; }

        public DataLoader<(Tensor Input, Tensor Label)> Loader { get; }

        public Checkpoint Checkpoint { get; }

        public void Run(int steps)
        {
            var criterion = new CrossEntropyLoss();
            for (var i = 0; i < steps; i++)
            {
                if (pass is null || !pass.MoveNext())
                {
                    pass = Loader.GetEnumerator();
                    pass.MoveNext();
                }

                Adam.ZeroGrad();
                criterion.Call(Net.Call(pass.Current.Input), pass.Current.Label).Backward();
                Adam.Step();
                Scheduler.Step();
            }
        }
    }
}
