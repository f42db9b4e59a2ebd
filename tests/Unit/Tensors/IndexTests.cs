namespace KernelEngine.Tests.Tensors;

[Collection(DeviceFaultCollection.Name)]
public sealed class IndexTests
{
    private static Tensor Matrix(ComputeDevice on) => Tensor.Arange(12.0, device: on).View(3, 4);

    [Theory, OnEachDevice]
    public void RangesStepsEllipsisAndNewAxes(string device)
    {
        var on = TestDevices.Get(device);
        var x = Matrix(on);
        Assert.Equal([7, 11], x[1..3, ^1].ToArray<float>());
        Assert.Equal([0, 2, 4, 6, 8, 10], x[.., (0..4).Step(2)].ToArray<float>());
        Assert.Equal([0, 4, 8], x[TensorIndex.Ellipsis, 0].ToArray<float>());
        Assert.True(x[TensorIndex.NewAxis, 1].Shape == [1, 4]);
        Assert.True(x[1..100].Shape == [2, 4]);
        Assert.True(x[true].Shape == [1, 3, 4]);
    }

    [Theory, OnEachDevice]
    public void AssignmentCopiesIn(string device)
    {
        var on = TestDevices.Get(device);
        var x = Matrix(on);
        x[0, ..] = 0;
        x[x > 8] = -1;
        x[1..3] += 1;
        Assert.Equal([0, 0, 0, 0, 5, 6, 7, 8, 9, 0, 0, 0], x.ToArray<float>());
        x[.., 0] = Tensor.Of([1.0, 2, 3], device: on);
        Assert.Equal([1, 2, 3], x[.., 0].ToArray<float>());
        var precise = Tensor.Zeros([1], DType.Float64, device: on);
        precise[0] = 0.1;
        Assert.Equal(0.1, precise.Item<double>());
    }

    [Theory, OnEachDevice]
    public void IndexTensorsPlaceTheirDimensionsAsNumPyDoes(string device)
    {
        var on = TestDevices.Get(device);
        var q = Tensor.Arange(120, device: on).View(2, 3, 4, 5);
        var (a, b) = (Tensor.Of([0, 1], device: on), Tensor.Of([1, 2], device: on));
        Assert.True(q[a, .., b].Shape == [2, 3, 5]);
        Assert.True(q[.., a, b].Shape == [2, 2, 5]);
        Assert.Equal([110, 111, 112, 113, 114], q[a, .., b][1, 2].ToArray<long>());
        Assert.True(q[.., .., Tensor.Of([[0], [3]], device: on)].Shape == [2, 3, 2, 1, 5]);
    }

    [Theory, OnEachDevice]
    public void MasksReadAndWrite(string device)
    {
        var on = TestDevices.Get(device);
        var x = Matrix(on);
        Assert.Equal([9, 10, 11], x[x > 8].ToArray<float>());
        x[Tensor.Of([true, false, true], device: on)] = Tensor.Of([7.0], device: on);
        Assert.Equal([7, 7, 7, 7, 4, 5, 6, 7, 7, 7, 7, 7], x.ToArray<float>());
        var q = Tensor.Arange(24, device: on).View(2, 3, 4);
        Assert.True(q[0, Tensor.Of([true, false, true], device: on), 1..].Shape == [2, 3]);
    }

    [Theory, OnEachDevice]
    public void TheLastOfDuplicatesWinsUnlessAllAreAdded(string device)
    {
        var on = TestDevices.Get(device);
        var index = Tensor.Of([1, 1, 0], device: on);
        var values = Tensor.Of([1.0, 2, 3], device: on);
        Assert.Equal([3, 2, 0], Tensor.Zeros([3], device: on).IndexPut([index], values).ToArray<float>());
        Assert.Equal(
            [3, 3, 0], Tensor.Zeros([3], device: on).IndexPut([index], values, accumulate: true).ToArray<float>());
        Assert.Equal([3, 2, 0], Tensor.Zeros([3], device: on).Scatter(0, index, values).ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void GradientsOfIndexingAddUp(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Arange(4.0, requiresGrad: true, device: on);
        x[Tensor.Of([0, 0, 3], device: on)].Backward(Tensor.Of([1.0, 2, 3], device: on));
        Assert.Equal([3, 0, 0, 3], x.Grad!.ToArray<float>());
        var s = Tensor.Of([1.0, 2, 3], requiresGrad: true, device: on);
        var part = s[Tensor.Of([0, 1], device: on)];
        var first = Autograd.Grad((part * part * s[0]).Sum(), s, createGraph: true);
        Assert.Equal([7, 4, 0], first.ToArray<float>());
        Assert.Equal([10, 6, 0], Autograd.Grad(first.Sum(), s).ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void WrittenValuesTakeTheGradient(string device)
    {
        var on = TestDevices.Get(device);
        var c = Tensor.Of([1.0, 2, 3], requiresGrad: true, device: on);
        var v = Tensor.Of(4.0, requiresGrad: true, device: on);
        var d = c * 2;
        d[1] = v;
        (d * d).Sum().Backward();
        Assert.Equal([8, 0, 24], c.Grad!.ToArray<float>());
        Assert.Equal(8, v.Grad!.Item<float>());
    }

    [Theory, OnEachDevice]
    public void MistakesHavePyTorchsWords(string device)
    {
        var on = TestDevices.Get(device);
        var x = Matrix(on);
        Says(() => x[5], "index 5 is out of bounds for dimension 0 with size 3");
        Says(() => x[0, -5], "index -5 is out of bounds for dimension 1 with size 4");
        Says(() => x[0, 0, 0], "too many indices for tensor of dimension 2");
        Says(() => x[Tensor.Of([3], device: on)], "index 3 is out of bounds for dimension 0 with size 3");
        Says(() => x[Tensor.Of([true, false], device: on)], "The shape of the mask [2] at index 0 does not match");
        Says(() => x[Tensor.Of([0.5], device: on)], "tensors used as indices must be long, byte or bool tensors");
        Says(() => x.Gather(1, Tensor.Of([[4]], device: on)), "index 4 is out of bounds for dimension 1 with size 4");
        Says(() => x.IndexSelect(0, Tensor.Of([3], device: on)), "index out of range in self");
        Says(() => x.Take(Tensor.Of([12], device: on)),
            "out of range: tried to access index 12 on a tensor of 12 elements.");
        var leaf = Tensor.Ones([3], requiresGrad: true, device: on);
        Says(
            () =>
            {
                leaf[0] = 5;
                return leaf;
            }, "a view of a leaf Variable that requires grad is being used in an in-place operation.");
    }

    [Theory, OnEachDevice]
    public void EmbeddingAccumulatesAndSkipsPadding(string device)
    {
        var on = TestDevices.Get(device);
        var table = Tensor.Ones([4, 2], requiresGrad: true, device: on);
        Tensor.Embedding(table, Tensor.Of([1, 1, 3], device: on), paddingIndex: 3).Sum().Backward();
        Assert.Equal([0, 0, 2, 2, 0, 0, 0, 0], table.Grad!.ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void ReadsRowsInAForeach(string device)
    {
        var on = TestDevices.Get(device);
        var sum = 0.0;
        foreach (var row in Matrix(on))
            sum += row[0].Item<double>();
        Assert.Equal(12, sum);
    }

    private static void Says(Func<Tensor> act, string words)
    {
        var error = Assert.ThrowsAny<TensorException>(() => act().Device.Synchronize());
        Assert.StartsWith(words, error.Message, StringComparison.Ordinal);
    }
}
