using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Bags of rows of a table: values, gradients and errors as PyTorch documents them.</summary>
public sealed class EmbeddingBagTests
{
    private static readonly long[] Indices = [1, 1, 2, 3, 3, 3, 0, 2];
    private static readonly long[] Offsets = [0, 2, 2, 6];

    [Theory]
    [OnEachDevice("sum", null, false, "6 6 0 0 3 16 4 3", "7 8 2 4 12 14 15 18 0 0 0 0")]
    [OnEachDevice("sum", 1L, false, "0 0 0 0 3 16 4 3", "7 8 0 0 12 14 15 18 0 0 0 0")]
    [OnEachDevice("sum", null, true, "6 6 0 0 3 16 4 3", "7 8 1 2 6 7 5 6 0 0 0 0")]
    [OnEachDevice("mean", null, false, "3 3 0 0 0.75 4 2 1.5", "3.5 4 1 2 4.75 5.5 3.75 4.5 0 0 0 0")]
    [OnEachDevice("mean", -5L, false, "0 0 0 0 0.75 4 2 1.5", "3.5 4 0 0 4.75 5.5 3.75 4.5 0 0 0 0")]
    [OnEachDevice("max", null, false, "3 3 0 0 3 5 3 2", "0 8 1 2 12 0 0 6 0 0 0 0")]
    [OnEachDevice("max", 1L, false, "0 0 0 0 3 5 3 2", "0 8 0 0 12 0 0 6 0 0 0 0")]
    public void ValuesAndGradients(
        string device, string mode, long? padding, bool byFrequency, string values, string gradient)
    {
        var on = TestDevices.Get(device);
        foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Float16, DType.BFloat16 })
        {
            foreach (var whole in new[] { DType.Int64, DType.Int32 })
            {
                var weight = Tensor.FromArray([1f, 2, 3, 3, 3, 1, 0, 5, 2, 2, 1, 1], [6, 2]).To(on, dtype).Detach();
                weight.RequiresGrad_();
                var bags = Functional.EmbeddingBag(
                    Tensor.FromArray(Indices).To(on, whole), weight, Tensor.FromArray(Offsets).To(on, whole),
                    scaleGradByFreq: byFrequency, mode: mode, paddingIdx: padding);
                bags.Backward(Tensor.Arange(1, 9, device: on).Reshape(4, 2).To(dtype));
                Assert.Same(dtype, bags.DType);
                Assert.Equal("EmbeddingBagBackward0", bags.GradientFunction!.Name);
                Assert.Equal(values, Text(bags));
                Assert.Equal(gradient, Text(weight.Grad!));
            }
        }

        static string Text(Tensor t) => string.Join(" ", t.Detach().Double().ToArray<double>().Select(v =>
            v.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory, OnEachDevice]
    public void EndsFactorsAndBagsOfOneSize(string device)
    {
        var on = TestDevices.Get(device);
        var weight = Tensor.FromArray([1f, 2, 3, 3, 3, 1, 0, 5, 2, 2, 9, 9], [6, 2]).To(on);
        var index = Tensor.FromArray([0L, 1, 2, 3, 5]).To(on);
        var factors = Tensor.FromArray([1f, 2, 3, 4, 5]).To(on);
        Assert.Equal([7f, 8, 9, 23], Tensor.EmbeddingBag(
            weight, index, Tensor.FromArray([0L, 2, 4]).To(on), EmbeddingBagMode.Sum, factors,
            includeLastOffset: true).ToArray<float>());
        Assert.Equal([2f, 2.5f, 1.5f, 3], Tensor.EmbeddingBag(
            weight, Tensor.FromArray([0L, 1, 2, 3], [2, 2]).To(on)).ToArray<float>());
        Assert.Equal([0L, 2], Tensor.EmbeddingBag(
            weight, index, Tensor.FromArray([0L]).To(on), includeLastOffset: true).Shape.ToArray());
        Assert.Equal([0f, 0], Tensor.EmbeddingBag(
            weight, index[..0], Tensor.FromArray([0L]).To(on), EmbeddingBagMode.Max).ToArray<float>());

        // A table that lies column by column.
        Assert.Equal([4f, 5], Tensor.EmbeddingBag(
            weight.Transpose(0, 1).Contiguous().Transpose(0, 1), index[..2], Tensor.FromArray([0L]).To(on),
            EmbeddingBagMode.Sum).ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void ModulesWithTables(string device)
    {
        var on = TestDevices.Get(device);
        var table = Tensor.FromArray([1f, 2, 3, 3, 3, 1], [3, 2]).To(on);
        var bag = EmbeddingBag.FromPretrained(table, mode: "sum", paddingIdx: -1);
        Assert.Equal("EmbeddingBag(3, 2, mode=sum, padding_idx=2)", bag.ToString());
        Assert.False(bag.Weight.RequiresGrad);
        Assert.Equal([4f, 5], bag.Call(Tensor.FromArray([0L, 1, 2], [1, 3]).To(on)).ToArray<float>());
        Assert.Equal(
            [4f, 5],
            bag.Call(Tensor.FromArray([0L, 1, 2]).To(on), Tensor.FromArray([0L]).To(on), null).ToArray<float>());
        Assert.Equal([0f, 0], new EmbeddingBag(3, 2, paddingIdx: 0).To(on).Weight.Detach()[0].ToArray<float>());
        Assert.Equal(
            "Embedding(3, 2, padding_idx=2, max_norm=1.0, norm_type=3, scale_grad_by_freq=True)",
            new Embedding(3, 2, -1, 1.0, 3, scaleGradByFreq: true).ToString());
        var frozen = Embedding.FromPretrained(table);
        Assert.False(frozen.Weight.RequiresGrad);
        Assert.Equal([3f, 3], frozen.Call(Tensor.FromArray([1L]).To(on)).ToArray<float>());

        var rows = Tensor.FromArray([3f, 4, 6, 8, 0.1f, 0], [3, 2]).To(on);
        Functional.Embedding(Tensor.FromArray([0L, 2]).To(on), rows, maxNorm: 5);
        Assert.Equal([3f, 4, 6, 8, 0.1f, 0], rows.ToArray<float>());
        Functional.EmbeddingBag(Tensor.FromArray([0L, 1], [1, 2]).To(on), rows, maxNorm: 1, normType: 1);
        Assert.Equal([0.4286, 0.5714, 0.4286, 0.5714, 0.1, 0],
            rows.ToArray<float>().Select(v => Math.Round((double)v, 4)));
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.Get(device);
        var (weight, index) = (Tensor.Ones([6, 2], device: on), Of(0, 1, 2, 3, 5));
        Says("offsets has to be a 1D Tensor but got None", () => Functional.EmbeddingBag(index, weight));
        Says("mode has to be one of sum, mean or max",
            () => Functional.EmbeddingBag(index, weight, Of(0), mode: "foo"));
        Says("if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length " +
            "sequences.", () => Functional.EmbeddingBag(index.Unsqueeze(0), weight, Of(0)));
        Says("input has to be 1D or 2D Tensor, but got Tensor of dimension 0",
            () => Functional.EmbeddingBag(index[0], weight));
        Says("padding_idx must be within the number of embeddings, -6 through 5, but got 7",
            () => Functional.EmbeddingBag(index, weight, Of(0), paddingIdx: 7));
        Says("embedding_bag: per_sample_weights was not None.",
            () => Functional.EmbeddingBag(index, weight, Of(0), perSampleWeights: Tensor.Ones([5], device: on)));
        Says("max mode does not support scaling the gradient by the frequency",
            () => Functional.EmbeddingBag(index, weight, Of(0), mode: "max", scaleGradByFreq: true));
        Says("include_last_offset: number of offset should be at least 1",
            () => Functional.EmbeddingBag(index, weight, index[..0], includeLastOffset: true));
        Says("padding_idx must be within num_embeddings", () => new EmbeddingBag(3, 2, paddingIdx: 5));
        Says("Embeddings parameter is expected to be 2-dimensional", () => Embedding.FromPretrained(weight[0]));

        Tensor Of(params long[] values) => Tensor.FromArray(values).To(on);
    }

    // On GPUs what is wrong in data is thrown when somebody waits: GpuFailureTests.
    [Fact]
    public void ErrorsInDataSayWhatPyTorchSays()
    {
        var (weight, index) = (Tensor.Ones(6, 2), Of(0, 1, 2, 3, 5));
        Says("offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. " +
            "However, got 1", () => Functional.EmbeddingBag(index, weight, Of(1, 2)));
        Says("offsets[-1] can not be greater than input's length 5 but got offsets[-1] of 7",
            () => Functional.EmbeddingBag(index, weight, Of(0, 7)));
        Says("offsets must not decrease", () => Functional.EmbeddingBag(index, weight, Of(0, 3, 2)));
        Says("embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be 6",
            () => Functional.EmbeddingBag(Of(6), weight, Of(0)));

        static Tensor Of(params long[] values) => Tensor.FromArray(values);
    }

    private static void Says(string message, Func<object> call) => Assert.StartsWith(
        message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);
}
