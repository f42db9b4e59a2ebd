using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

/// <summary>
/// Small whole programs, as somebody new to the engine writes them. Nothing else draws meanwhile, so that they begin
/// with the weights of their seed.
/// </summary>
[Collection(Files.GeneratorCollection.Name)]
public sealed class TrainingProgramTests
{
    private readonly Generator generator = new(7);

    [Theory, OnEachDevice]
    public void Sequences_are_classified_by_an_lstm_with_clipped_gradients(string device)
    {
        var on = TestDevices.Get(device);
        Generator.SeedAll(1);
        var net = new SequenceClassifier(3, 8, 2).To(on);
        var adam = new Adam(net.Parameters(), lr: 2e-2);
        var criterion = new CrossEntropyLoss();
        var losses = Enumerable.Range(0, 40).Select(_ =>
        {
            var x = Tensor.Randn([32, 6, 3], generator: generator, device: on);
            var y = (x[.., ..3].Sum([1, 2]) > x[.., 3..].Sum([1, 2])).Long();
            adam.ZeroGrad();
            var loss = criterion.Call(net.Call(x), y);
            loss.Backward();
            Gradients.ClipNorm_(net.Parameters(), 1);
            adam.Step();
            return loss.Item<float>();
        }).ToArray();
        Assert.True(losses[^5..].Average() < 0.75 * losses[..5].Average(), string.Join(' ', losses));
    }

    [Theory, OnEachDevice]
    public void Tokens_are_predicted_by_a_transformer_with_tied_weights_and_groups_of_parameters(string device)
    {
        var on = TestDevices.Get(device);
        Generator.SeedAll(2);
        var net = new NextToken(12, 8).To(on);
        var all = net.NamedParameters().ToLookup(p => p.Parameter.Rank > 1, p => p.Parameter);
        var adam = new AdamW(
            [new ParamGroup(all[true]) { WeightDecay = 0.1 }, new ParamGroup(all[false]) { WeightDecay = 0 }],
            lr: 1e-2);
        var schedule = new OneCycleLR(adam, 2e-2, totalSteps: 40);
        var losses = Enumerable.Range(0, 40).Select(_ =>
        {
            var tokens = Tensor.Randint(0, 12, [16, 6], generator: generator, device: on);
            adam.ZeroGrad();
            var loss = Functional.CrossEntropy(net.Call(tokens).Transpose(1, 2), tokens.Roll(1, 1));
            loss.Backward();
            adam.Step();
            schedule.Step();
            return loss.Item<float>();
        }).ToArray();
        Assert.True(losses[^5..].Average() < losses[..5].Average(), string.Join(' ', losses));
        Assert.Same(net.Words.Weight, net.Head.Weight);
        Assert.Equal(["words.weight", "head.weight"], net.StateDict().Keys.Where(k => !k.Contains("encoder") &&
            net.StateDict()[k].Rank == 2 && k != "places"));
        Assert.Throws<TensorValueException>(() => new Linear(8, 12) { Weight = new(Tensor.Ones(8, 12)) });
    }

    [Theory, OnEachDevice]
    public void Images_are_encoded_with_accumulated_gradients_an_averaged_copy_and_frozen_layers(string device)
    {
        var on = TestDevices.Get(device);
        Generator.SeedAll(3);
        var net = new Sequential(
            ("encoder", new Sequential(
                new Conv2d(1, 4, 3, stride: 2, padding: 1), new BatchNorm2d(4), new ReLU(inplace: true))),
            ("decoder", new Sequential(
                new ConvTranspose2d(4, 2, 4, stride: 2, padding: 1), new BatchNorm2d(2, momentum: null), new Tanh(),
                new Conv2d(2, 1, 3, padding: "same"), new Sigmoid()))).To(on);
        var averaged = net.Clone().RequiresGrad_(false).Eval();
        var sgd = new SGD(net.Parameters(), lr: 0.5, momentum: 0.9);
        var plateau = new ReduceLROnPlateau(sgd, factor: 0.5, patience: 2);
        var images = Tensor.Rand([8, 1, 6, 6], generator: generator, device: on).Round();
        var losses = Enumerable.Range(0, 15).Select(_ =>
        {
            sgd.ZeroGrad();
            var total = 0f;
            foreach (var batch in images.Chunk(4))
            {
                var loss = Functional.BinaryCrossEntropy(net.Call(batch), batch) / 4;
                loss.Backward();
                total += loss.Item<float>();
            }

            sgd.Step();
            plateau.Step(total);
            using (Autograd.NoGrad())
            {
                foreach (var (mean, now) in averaged.Parameters().Zip(net.Parameters()))
                    mean.Lerp_(now, 0.3);
                foreach (var (mean, now) in averaged.Buffers().Zip(net.Buffers()))
                    mean.Copy_(now);
            }

            return total;
        }).ToArray();
        Assert.True(losses[^1] < losses[0], string.Join(' ', losses));
        Assert.True(Functional.BinaryCrossEntropy(averaged.Call(images), images).Item<float>() < losses[0]);
        Assert.Equal(60, net.GetBuffer("decoder.1.num_batches_tracked").Item<long>());

        net["encoder"].RequiresGrad_(false).Eval();
        var frozen = net["encoder"].Parameters().Select(p => p.Detach().Clone()).ToArray();
        var (mean, learned) = (net.GetBuffer("encoder.1.running_mean").Clone(), net["decoder"].Parameters()[0].Clone());
        var adam = new Adam(net.Parameters().Where(p => p.RequiresGrad), lr: 1e-2);
        Functional.BinaryCrossEntropy(net.Call(images), images).Backward();
        adam.Step();
        Assert.True(frozen.Zip(net["encoder"].Parameters(), (a, b) => a.Equal(b)).All(e => e));
        Assert.True(mean.Equal(net.GetBuffer("encoder.1.running_mean")));
        Assert.False(learned.Equal(net["decoder"].Parameters()[0]));
    }

    private sealed class SequenceClassifier(int inputs, int hidden, int classes) : Module
    {
        private readonly LSTM lstm = new(inputs, hidden, batchFirst: true, bidirectional: true);
        private readonly Linear head = new(2 * hidden, classes);

        protected override Tensor Forward(Tensor input)
        {
            var (output, _) = lstm.Call(input);
            return head.Call(output[.., ^1]);
        }
    }

    private sealed class NextToken : Module
    {
        private readonly Parameter places;
        private readonly TransformerEncoder encoder;

        public NextToken(int words, int width)
        {
            Words = new(words, width);
            places = new(Tensor.Zeros(6, width));
            encoder = new(new(width, 2, 16, dropout: 0, batchFirst: true), 1);
            Head = new(width, words, bias: false) { Weight = Words.Weight };
        }

        public Embedding Words { get; }

        public Linear Head { get; }

        protected override Tensor Forward(Tensor input) => Head.Call(encoder.Call(Words.Call(input) + places));
    }
}
