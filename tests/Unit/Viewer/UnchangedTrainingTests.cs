using KernelEngine.Nn;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>A training does not notice that somebody looks on: the same weights, bit for bit.</summary>
[Collection(nameof(FusionCollection))]
public class UnchangedTrainingTests
{
    private const int Steps = 25;

    public static TheoryData<string, FusionMode> Modes =>
        TestDevices.With([FusionMode.Repeated, FusionMode.Off, FusionMode.Always]);

    [Theory, MemberData(nameof(Modes))]
    public void Weights_and_buffers_are_the_same_bits(string name, FusionMode mode)
    {
        var device = TestDevices.Get(name);
        using var fusion = new FusionScope(mode);
        foreach (var (make, example) in new (Func<Module>, Shape)[]
                 {
                     (() => WatchedTraining.Mlp(), [6]), (WatchedTraining.Cnn, [1, 8, 8]),
                 })
        {
            Generator.SeedAll(1);
            var alone = new WatchedTraining(device, make(), example, isWatched: false);
            for (var i = 0; i < Steps; i++)
                alone.Step();
            var expected = alone.Weights();
            var offset = Generator.For(device).State.Offset;
            Generator.SeedAll(1);
            var watched = new WatchedTraining(device, make(), example, wishes: WatchedTraining.EveryStep with
            {
                Maps = [new(0, MapKind.Weight), new(1, MapKind.Gradient)],
            });
            for (var i = 0; i < Steps; i++)
            {
                watched.Step();
                if (i % 3 == 0)
                    watched.Frame();
            }

            watched.Recorder!.End();
            Assert.Equal(expected, watched.Weights());
            Assert.Equal(offset, Generator.For(device).State.Offset);
            Assert.All(watched.Net.Modules(), m => Assert.True(m.IsTraining));
        }
    }

    [Fact]
    public void Modes_of_single_modules_are_put_back()
    {
        var shared = new Dropout(0.5);
        var net = new Sequential(new Linear(6, 4), new Sequential(shared), new Sequential(shared, new Dropout(0.1)));
        net.Children().ElementAt(1).IsTraining = false;
        shared.IsTraining = true;
        var pass = new ProbePass(net, Throw);
        using var mode = Autograd.NoGrad();
        Assert.NotNull(pass.Run(Tensor.Ones([2, 6]), [], (_, _) => { }));
        Assert.Equal([true, true, false, true, true, true], net.Modules().Select(m => m.IsTraining));
    }

    [Fact]
    public void What_draws_in_eval_mode_leaves_the_generator_alone()
    {
        Generator.SeedAll(5);
        var before = Generator.Default.State;
        var net = new Noisy();
        var pass = new ProbePass(net, Throw);
        Assert.NotNull(pass.Run(Tensor.Ones([2, 3]), [], (_, _) => { }));
        Assert.True(pass.IsPossible);
        Assert.Equal(before, Generator.Default.State);
        Assert.NotEqual(0, net.Draws);
    }

    [Fact]
    public void A_network_that_counts_its_passes_is_left_alone()
    {
        var net = new Counting();
        var pass = new ProbePass(net, Throw);
        Assert.NotNull(pass.Run(Tensor.Ones([2, 3]), [], (_, _) => { }));
        Assert.False(pass.IsPossible);
        Assert.Equal(0, net.Passes.Item().ToInt64());
        Assert.Null(pass.Run(Tensor.Ones([2, 3]), [], (_, _) => { }));
    }

    [Fact]
    public void A_network_that_cannot_be_probed_is_trained_and_watched()
    {
        var net = new Refusing();
        var adam = new Adam(net.Parameters());
        var link = new Link { Wishes = WatchedTraining.EveryStep };
        var recorder = new Recorder(link, net, adam, null, null);
        for (var i = 0; i < 3; i++)
        {
            net.Call(Tensor.Ones([2, 3])).Sum().Backward();
            adam.Step();
            recorder.Step(Tensor.Of(1.0), cancellation: TestContext.Current.CancellationToken);
            var frame = link.Take()!;
            Assert.Equal(i + 1, frame.Step);
            Assert.Equal(2, frame.Parameters.Count);
            Assert.Empty(frame.Layers);
        }
    }

    [Fact]
    public void Nothing_is_left_of_the_first_pass()
    {
        var training = new WatchedTraining(ComputeDevice.Parse("cpu"), WatchedTraining.Mlp(), [6]);
        training.Step();
        var calls = 0;
        using var hook = training.Net.Children().First().RegisterForwardHook((_, _, _) =>
        {
            calls++;
            return null;
        });
        training.Link.Close();
        training.Step();
        Assert.Equal(1, calls);
    }

    [Fact]
    public void Many_frames_take_no_more_memory_than_few()
    {
        var training = new WatchedTraining(ComputeDevice.Parse("cpu"), WatchedTraining.Cnn(), [1, 8, 8]);
        var before = 0L;
        for (var i = 0; i < 600; i++)
        {
            training.Step();
            training.Link.Take();
            if (i == 100)
                before = GC.GetTotalMemory(forceFullCollection: true);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 1 << 20);
    }

    private static void Throw(Exception error) => throw error;

    private sealed class Noisy : Module
    {
        public int Draws { get; private set; }

        protected override Tensor Forward(Tensor input)
        {
            Draws++;
            return input + Tensor.Randn([2, 3]);
        }
    }

    private sealed class Counting : Module
    {
        [Persistent]
        private readonly Tensor passes = Tensor.Zeros([], DType.Int64);

        public Tensor Passes => passes;

        protected override Tensor Forward(Tensor input)
        {
            passes.Add_(1);
            return input;
        }
    }

    private sealed class Refusing : Module
    {
        private readonly Linear fc = new(3, 2);

        protected override Tensor Forward(Tensor input) =>
            IsTraining ? fc.Call(input) : throw new InvalidOperationException("not trained yet");
    }
}
