using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

/// <summary>Losses: what they refuse, in PyTorch's words, dtypes, empty inputs, modules.</summary>
public sealed class LossTests
{
    [Theory, OnEachDevice]
    public void Errors_are_PyTorchs(string name)
    {
        var device = TestDevices.Get(name);
        Tensor one = Ones(3), two = Ones(2, 3), classes = Whole(0, 1);
        Says<TensorValueException>("avg is not a valid value for reduction", () => Reduction.Parse("avg"));
        Says<TensorValueException>("batchmean is not a valid value for reduction",
            () => Functional.MseLoss(one, one, Reduction.BatchMean));
        Says<TensorRuntimeException>("\"mse_cpu\" not implemented for 'Long'",
            () => Functional.MseLoss(classes, classes));
        Says<TensorRuntimeException>("kl_div: Integral inputs not supported.",
            () => Functional.KLDivLoss(classes, classes));
        Says<TensorValueException>("var is of incorrect size", () => Functional.GaussianNllLoss(one, one, Ones(2)));
        if (name == "cpu")
        {
            // Elsewhere it would wait for the device.
            Says<TensorValueException>("var has negative entry/entries",
                () => Functional.GaussianNllLoss(one, one, -one));
            Says<TensorRuntimeException>("target out of range", () => Functional.MultiMarginLoss(two, Whole(0, 3)));
            Says<TensorRuntimeException>("argument #2 'target' is out of range",
                () => Functional.MultilabelMarginLoss(two, Whole(0, 3, -1, 1, -1, 0).Reshape(2, 3)));
        }

        Says<TensorRuntimeException>(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: " +
            "torch.Size([3]), input2: torch.Size([3]), target: torch.Size([2, 3]) ",
            () => Functional.MarginRankingLoss(one, one, two));
        Says<TensorRuntimeException>("output with shape [3] doesn't match the broadcast shape [2, 3]",
            () => Functional.SoftMarginLoss(one, two));
        Says<TensorRuntimeException>(
            "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0",
            () => Functional.SoftMarginLoss(one, Ones(2)));
        Says<TensorRuntimeException>(
            "The function 'soft_margin_loss' is not differentiable with respect to argument 'target'.",
            () => Functional.SoftMarginLoss(one, Ones(3).RequiresGrad_()));
        Says<TensorRuntimeException>("All inputs should have same dimension but got 2D, 1D and 2D inputs.",
            () => Functional.TripletMarginLoss(two, one, two));
        Says<TensorRuntimeException>("0D or 1D target tensor expected, multi-target not supported",
            () => Functional.CosineEmbeddingLoss(two, two, Ones(2, 1)));
        Says<TensorRuntimeException>(
            "1D target tensor expects 2D input tensors, but found inputs with sizes [3] and [2, 3].",
            () => Functional.CosineEmbeddingLoss(one, two, Ones(2)));
        Says<TensorRuntimeException>("inconsistent target size, got: [1]",
            () => Functional.MultiMarginLoss(two, Whole(0)));
        Says<TensorRuntimeException>("expected scalar type Long but found Float",
            () => Functional.MultiMarginLoss(two, Ones(2)));
        Says<TensorValueException>("only p == 1 and p == 2 supported",
            () => Functional.MultiMarginLoss(two, classes, p: 3));
        Says<TensorValueException>("weight must be one-dimensional",
            () => Functional.MultiMarginLoss(two, classes, weight: two));
        Says<TensorRuntimeException>(
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: [2, 0]",
            () => Functional.MultiMarginLoss(Ones(2, 0), classes));
        Says<TensorRuntimeException>("inconsistent size [2] for argument #2 'target'",
            () => Functional.MultilabelMarginLoss(two, classes));
        Says<TensorIndexException>("Dimension specified as -1 but tensor has no dimensions",
            () => Functional.MultilabelSoftMarginLoss(one[0], one[0]));

        Tensor Ones(params long[] sizes) => Tensor.Ones(sizes, device: device);

        Tensor Whole(params long[] values) => Tensor.FromArray(values).To(device);

        static void Says<T>(string message, Func<object> call) where T : TensorException => Assert.StartsWith(
            message, Assert.Throws<T>(call).Message, StringComparison.Ordinal);
    }

    [Theory, OnEachDevice]
    public void Dtypes_and_sizes(string name)
    {
        var device = TestDevices.Get(name);
        var bytes = Tensor.FromArray<byte>([3, 5, 200]).To(device);
        Assert.Equal([253f, 251, 56], Functional.MarginRankingLoss(
            bytes, bytes * 0, Tensor.OnesLike(bytes), reduction: Reduction.None).ToArray<float>());
        Assert.Same(DType.Int64, Functional.L1Loss(bytes.Long(), bytes.Long(), Reduction.Sum).DType);
        Assert.Equal([1L, 0, 2], Functional.HingeEmbeddingLoss(
            Whole(1, 2, 2), Whole(1, -1, 0), 1.9, Reduction.None).ToArray<long>());

        // A byte of 255 is -1.
        var x = Tensor.Of([1.0, 2]).To(device);
        Assert.Equal(1, Functional.CosineEmbeddingLoss(x, x, Tensor.FromArray<byte>([255]).To(device)[0]).Item<float>(),
            1e-6);
        var (row, none) = (Tensor.Ones([3], device: device), Tensor.Ones([0, 3], device: device));
        Assert.Equal(2 / 3f, Functional.MultiMarginLoss(row, Whole(1)[0]).Item<float>(), 1e-6);
        Assert.Equal([1], Functional.MultiMarginLoss(row, Whole(1), reduction: Reduction.None).Shape.ToArray());
        Assert.Equal([0], Functional.MultiMarginLoss(
            none, Tensor.Zeros([0], DType.Int64, device), reduction: Reduction.None).Shape.ToArray());
        Assert.Equal(2 / 3f, Functional.MultilabelMarginLoss(row, Whole(0, -1, 2)).Item<float>(), 1e-6);
        Assert.Equal(0, Functional.MultilabelMarginLoss(row[0], Whole(0)[0]).Item<float>());
        Assert.Equal([3, 1, 2], Functional.GaussianNllLoss(Tensor.Ones([3, 1, 2], device: device), row[0],
            Tensor.Ones([3, 1], device: device), reduction: Reduction.None).Shape.ToArray());
        Assert.True(float.IsNaN(Functional.MseLoss(none, none).Item<float>()));

        Tensor Whole(params long[] values) => Tensor.FromArray(values).To(device);
    }

    [Theory, OnEachDevice]
    public void Ways_through_a_sequence(string name)
    {
        // Against a sum over all sequences of five classes.
        var device = TestDevices.Get(name);
        var logits = Tensor.Randn([5, 2, 3], DType.Float64).LogSoftmax(2);
        var targets = Tensor.FromArray<long>([1, 1, 2, 99], [2, 2]).To(device);
        var got = Functional.CtcLoss(logits.To(device), targets, [5, 4], [2, 1], reduction: Reduction.None);
        Assert.Equal(Expected(0, 5, [1, 1]), got[0].Item<double>(), 1e-10);
        Assert.Equal(Expected(1, 4, [2]), got[1].Item<double>(), 1e-10);
        Assert.Equal((Expected(0, 5, [1, 1]) / 2 + Expected(1, 4, [2])) / 2, new CTCLoss().Call(
            logits.To(device), targets, Tensor.FromArray([5L, 4]), Tensor.FromArray([2L, 1])).Item<double>(), 1e-10);
        var tooLong = Functional.CtcLoss(logits.To(device), targets, [2, 4], [2, 0], reduction: Reduction.None);
        Assert.Equal(double.PositiveInfinity, tooLong[0].Item<double>());
        Assert.Equal(0, Functional.CtcLoss(logits.To(device)[.., 0], targets[0], [2L], [2L], zeroInfinity: true)
            .Item<double>());
        Says("blank must be in label range", [5, 4], [2, 1], 3);
        Says("input_lengths must be of size batch_size", [5], [2, 1]);
        Says("target_lengths must be of size batch_size", [5, 4], [2]);
        Says("Expected input_lengths to have value at most 5, but got value 6 (while checking arguments for " +
            "ctc_loss_cpu)", [6, 4], [2, 1]);
        Says("Expected tensor to have size at least 4 at dimension 1, but got size 2 for argument #2 'targets' (while " +
            "checking arguments for ctc_loss_cpu)", [5, 4], [4, 1]);

        double Expected(int n, int length, int[] target)
        {
            var values = logits.ToArray<double>();
            var sum = 0.0;
            for (var code = 0; code < Math.Pow(3, length); code++)
            {
                var (rest, last, logarithm) = (code, -1, 0.0);
                var read = new List<int>();
                for (var t = 0; t < length; t++, rest /= 3)
                {
                    logarithm += values[(t * 6) + (n * 3) + (rest % 3)];
                    if (rest % 3 != last && rest % 3 != 0)
                        read.Add(rest % 3);
                    last = rest % 3;
                }

                sum += read.SequenceEqual(target) ? Math.Exp(logarithm) : 0;
            }

            return -Math.Log(sum);
        }

        void Says(string message, long[] inputs, long[] lengths, long blank = 0) => Assert.Equal(message,
            Assert.Throws<TensorRuntimeException>(
                () => Functional.CtcLoss(logits.To(device), targets, inputs, lengths, blank)).Message);
    }

    [Theory, OnEachDevice]
    public void Modules_call_their_functions(string device)
    {
        var on = TestDevices.Get(device);
        var (x, y, z) = (Rand(), Rand(), Rand());
        Same(Functional.PoissonNllLoss(x, y, full: true), new PoissonNLLLoss(full: true).Call(x, y));
        Same(Functional.GaussianNllLoss(x, y, z), new GaussianNLLLoss().Call(x, y, z));
        Same(Functional.KLDivLoss(x, y, Reduction.BatchMean), new KLDivLoss(Reduction.BatchMean).Call(x, y));
        Same(Functional.HingeEmbeddingLoss(x, y), new HingeEmbeddingLoss().Call(x, y));
        Same(Functional.SoftMarginLoss(x, y), new SoftMarginLoss().Call(x, y));
        Same(Functional.MarginRankingLoss(x, y, z, 1), new MarginRankingLoss(1).Call(x, y, z));
        Same(Functional.TripletMarginLoss(x, y, z), new TripletMarginLoss().Call(x, y, z));
        Same(Functional.TripletMarginLoss(x, y, z), new TripletMarginWithDistanceLoss().Call(x, y, z));
        Same(Functional.TripletMarginWithDistanceLoss(x, y, z, (a, b) => (a - b).Abs().Sum(1)),
            new TripletMarginWithDistanceLoss((a, b) => (a - b).Abs().Sum(1)).Call(x, y, z));
        var signs = Tensor.Of([1, -1, 1], device: on);
        Same(Functional.CosineEmbeddingLoss(x, y, signs), new CosineEmbeddingLoss().Call(x, y, signs));
        var classes = Tensor.Of([1, 3, 0], device: on);
        Same(Functional.MultiMarginLoss(x, classes, 2), new MultiMarginLoss(2).Call(x, classes));
        Same(Functional.MultilabelSoftMarginLoss(x, y), new MultiLabelSoftMarginLoss().Call(x, y));
        var several = Tensor.Of([[1, 3, -1, 0], [0, -1, 2, 3], [3, 2, 1, 0]], device: on);
        Same(Functional.MultilabelMarginLoss(x, several), new MultiLabelMarginLoss().Call(x, several));
        Assert.Equal("weight", Assert.Single(new MultiMarginLoss(weight: x[0]).StateDict().Keys));
        Assert.Throws<TensorValueException>(() => new MultiMarginLoss(3));

        Tensor Rand() => Tensor.Rand([3, 4], device: on);

        static void Same(Tensor a, Tensor b) => Assert.True(a.Equal(b));
    }
}
