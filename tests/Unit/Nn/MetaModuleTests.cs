using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

/// <summary>
/// Modules, losses and optimizers where there are no values to read: whatever asks the device for one fails here.
/// </summary>
public sealed class MetaModuleTests
{
    private static readonly ComputeDevice Meta = ComputeDevice.Meta;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forward_and_backward_read_nothing(bool training)
    {
        (Module Module, Tensor Input)[] all =
        [
            (new Linear(4, 3), Real(2, 4)), (new Conv1d(2, 3, 3, padding: 1, paddingMode: "circular"), Real(1, 2, 5)),
            (new Conv2d(2, 3, 3, padding: "same"), Real(1, 2, 5, 5)), (new ConvTranspose2d(2, 3, 3), Real(1, 2, 5, 5)),
            (new BatchNorm1d(4), Real(3, 4)), (new BatchNorm2d(4, momentum: null), Real(3, 4, 2, 2)),
            (new InstanceNorm2d(4, trackRunningStats: true), Real(3, 4, 2, 2)), (new LayerNorm(4), Real(3, 4)),
            (new GroupNorm(2, 4), Real(3, 4, 2)), (new Embedding(5, 3, maxNorm: 1.0), Whole(2, 3)),
            (new EmbeddingBag(5, 3), Whole(2, 3)), (new Dropout(), Real(2, 3)), (new AlphaDropout(), Real(2, 3)),
            (new RReLU(), Real(2, 3)), (new PReLU(), Real(2, 3)), (new MaxPool2d(2), Real(1, 2, 4, 4)),
            (new AdaptiveAvgPool2d(3), Real(1, 2, 4, 4)), (new AdaptiveMaxPool2d(3), Real(1, 2, 4, 4)),
            (new LPPool2d(2, 2), Real(1, 2, 4, 4)), (new ReflectionPad2d(1), Real(1, 2, 4, 4)),
            (new Upsample(scaleFactor: [2], mode: "bilinear"), Real(1, 2, 4, 4)), (new Unfold(2), Real(1, 2, 4, 4)),
            (new TransformerEncoderLayer(4, 2, 8), Real(3, 2, 4)),
        ];
        foreach (var (module, input) in all)
            Check(module.To(Meta).Train(training).Call(input));
        Check(new GRU(3, 4, 2, bidirectional: true, device: Meta).Train(training).Call(Real(5, 2, 3)).Output);
        Check(new LSTM(3, 4, projSize: 2, device: Meta).Train(training).Call(Real(5, 2, 3)).Output);
        Check(new Transformer(4, 2, 1, 1, 8, device: Meta).Train(training).Call(
            Real(3, 2, 4), Real(3, 2, 4), Transformer.GenerateSquareSubsequentMask(3, Meta)));
    }

    [Fact]
    public void Losses_read_nothing()
    {
        (Module<Tensor, Tensor, Tensor> Loss, Tensor Target)[] all =
        [
            (new MSELoss(), Real(3, 4)), (new CrossEntropyLoss(labelSmoothing: 0.1), Whole(3)),
            (new NLLLoss(), Whole(3)), (new BCELoss(), Real(3, 4)), (new BCEWithLogitsLoss(), Real(3, 4)),
            (new KLDivLoss(), Real(3, 4)), (new PoissonNLLLoss(full: true), Real(3, 4)),
            (new MultiMarginLoss(), Whole(3)), (new MultiLabelMarginLoss(), Whole(3, 4)),
            (new MultiLabelSoftMarginLoss(), Real(3, 4)), (new HingeEmbeddingLoss(), Real(3, 4)),
        ];
        foreach (var (loss, target) in all)
            Check(loss.Call(Real(3, 4), target));
        Check(new GaussianNLLLoss().Call(Real(3, 4), Real(3, 4), Real(3, 4)));
    }

    [Fact]
    public void Steps_read_nothing()
    {
        Func<IEnumerable<Tensor>, Optimizer>[] all =
        [
            p => new SGD(p, 0.1, 0.9, nesterov: true), p => new Adam(p, amsGrad: true), p => new AdamW(p),
            p => new Adamax(p), p => new NAdam(p), p => new RAdam(p),
            p => new RMSprop(p, momentum: 0.9, centered: true), p => new Adagrad(p), p => new Adadelta(p),
            p => new ASGD(p), p => new Rprop(p),
        ];
        foreach (var make in all)
        {
            var net = new Linear(4, 3, device: Meta);
            var optimizer = make(net.Parameters());
            for (var i = 0; i < 7; i++)
            {
                optimizer.ZeroGrad();
                net.Call(Real(2, 4)).Sum().Backward();
                Gradients.ClipNorm_(net.Parameters(), 1);
                Gradients.ClipValue_(net.Parameters(), 1);
                optimizer.Step();
            }
        }
    }

    [Fact]
    public void Hooks_of_a_copy_are_its_own()
    {
        var loss = new GaussianNLLLoss();
        loss.RegisterForwardHook((_, _, _, _, _) => { }).Dispose();
        var (calls, copy) = (0, loss.Clone());
        using (var hook = loss.RegisterForwardHook((_, _, _, _, _) => { calls++; }))
        {
            copy.Call(Real(2), Real(2), Real(2));
            Assert.Equal(0, calls);
            loss.Call(Real(2), Real(2), Real(2));
            Assert.Equal(1, calls);
            hook.Dispose();
        }

        loss.Call(Real(2), Real(2), Real(2));
        Assert.Equal(1, calls);
    }

    private static Tensor Real(params ReadOnlySpan<long> sizes) =>
        Tensor.Zeros(Shape.Create(sizes), device: Meta).RequiresGrad_();

    private static Tensor Whole(params ReadOnlySpan<long> sizes) =>
        Tensor.Zeros(Shape.Create(sizes), DType.Int64, device: Meta);

    private static void Check(Tensor output)
    {
        Assert.Equal(Meta, output.Device);
        if (output.RequiresGrad)
            output.Sum().Backward();
    }
}
