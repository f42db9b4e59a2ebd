namespace KernelEngine.Tests.Tensors;

public sealed class IndexTests
{
    private static Tensor Matrix() => Tensor.Arange(12.0).View(3, 4);

    [Fact]
    public void RangesStepsEllipsisAndNewAxes()
    {
        var x = Matrix();
        Assert.Equal([7, 11], x[1..3, ^1].ToArray<float>());
        Assert.Equal([0, 2, 4, 6, 8, 10], x[.., (0..4).Step(2)].ToArray<float>());
        Assert.Equal([0, 4, 8], x[TensorIndex.Ellipsis, 0].ToArray<float>());
        Assert.True(x[TensorIndex.NewAxis, 1].Shape == [1, 4]);
        Assert.True(x[1..100].Shape == [2, 4]);
        Assert.True(x[true].Shape == [1, 3, 4]);
    }

    [Fact]
    public void AssignmentCopiesIn()
    {
        var x = Matrix();
        x[0, ..] = 0;
        x[x > 8] = -1;
        x[1..3] += 1;
        Assert.Equal([0, 0, 0, 0, 5, 6, 7, 8, 9, 0, 0, 0], x.ToArray<float>());
        x[.., 0] = Tensor.Of([1.0, 2, 3]);
        Assert.Equal([1, 2, 3], x[.., 0].ToArray<float>());
        var precise = Tensor.Zeros([1], DType.Float64);
        precise[0] = 0.1;
        Assert.Equal(0.1, precise.Item<double>());
    }

    [Fact]
    public void IndexTensorsPlaceTheirDimensionsAsNumPyDoes()
    {
        var q = Tensor.Arange(120).View(2, 3, 4, 5);
        var (a, b) = (Tensor.Of([0, 1]), Tensor.Of([1, 2]));
        Assert.True(q[a, .., b].Shape == [2, 3, 5]);
        Assert.True(q[.., a, b].Shape == [2, 2, 5]);
        Assert.Equal([110, 111, 112, 113, 114], q[a, .., b][1, 2].ToArray<long>());
        Assert.True(q[.., .., Tensor.Of([[0], [3]])].Shape == [2, 3, 2, 1, 5]);
    }

    [Fact]
    public void MasksReadAndWrite()
    {
        var x = Matrix();
        Assert.Equal([9, 10, 11], x[x > 8].ToArray<float>());
        x[Tensor.Of([true, false, true])] = Tensor.Of([7.0]);
        Assert.Equal([7, 7, 7, 7, 4, 5, 6, 7, 7, 7, 7, 7], x.ToArray<float>());
        var q = Tensor.Arange(24).View(2, 3, 4);
        Assert.True(q[0, Tensor.Of([true, false, true]), 1..].Shape == [2, 3]);
    }

    [Fact]
    public void TheLastOfDuplicatesWinsUnlessAllAreAdded()
    {
        var index = Tensor.Of([1, 1, 0]);
        var values = Tensor.Of([1.0, 2, 3]);
        Assert.Equal([3, 2, 0], Tensor.Zeros(3).IndexPut([index], values).ToArray<float>());
        Assert.Equal([3, 3, 0], Tensor.Zeros(3).IndexPut([index], values, accumulate: true).ToArray<float>());
        Assert.Equal([3, 2, 0], Tensor.Zeros(3).Scatter(0, index, values).ToArray<float>());
    }

    [Fact]
    public void GradientsOfIndexingAddUp()
    {
        var x = Tensor.Arange(4.0, requiresGrad: true);
        x[Tensor.Of([0, 0, 3])].Backward(Tensor.Of([1.0, 2, 3]));
        Assert.Equal([3, 0, 0, 3], x.Grad!.ToArray<float>());
        var s = Tensor.Of([1.0, 2, 3], requiresGrad: true);
        var part = s[Tensor.Of([0, 1])];
        var first = Autograd.Grad((part * part * s[0]).Sum(), s, createGraph: true);
        Assert.Equal([7, 4, 0], first.ToArray<float>());
        Assert.Equal([10, 6, 0], Autograd.Grad(first.Sum(), s).ToArray<float>());
    }

    [Fact]
    public void WrittenValuesTakeTheGradient()
    {
        var c = Tensor.Of([1.0, 2, 3], requiresGrad: true);
        var v = Tensor.Of(4.0, requiresGrad: true);
        var d = c * 2;
        d[1] = v;
        (d * d).Sum().Backward();
        Assert.Equal([8, 0, 24], c.Grad!.ToArray<float>());
        Assert.Equal(8, v.Grad!.Item<float>());
    }

    [Fact]
    public void MistakesHavePyTorchsWords()
    {
        var x = Matrix();
        Says(() => x[5], "index 5 is out of bounds for dimension 0 with size 3");
        Says(() => x[0, -5], "index -5 is out of bounds for dimension 1 with size 4");
        Says(() => x[0, 0, 0], "too many indices for tensor of dimension 2");
        Says(() => x[Tensor.Of([3])], "index 3 is out of bounds for dimension 0 with size 3");
        Says(() => x[Tensor.Of([true, false])], "The shape of the mask [2] at index 0 does not match");
        Says(() => x[Tensor.Of([0.5])], "tensors used as indices must be long, byte or bool tensors");
        Says(() => x.Gather(1, Tensor.Of([[4]])), "index 4 is out of bounds for dimension 1 with size 4");
        Says(() => x.IndexSelect(0, Tensor.Of([3])), "index out of range in self");
        Says(() => x.Take(Tensor.Of([12])), "out of range: tried to access index 12 on a tensor of 12 elements.");
        var leaf = Tensor.Ones([3], requiresGrad: true);
        Says(
            () =>
            {
                leaf[0] = 5;
                return leaf;
            }, "a view of a leaf Variable that requires grad is being used in an in-place operation.");
    }

    [Fact]
    public void EmbeddingAccumulatesAndSkipsPadding()
    {
        var table = Tensor.Ones([4, 2], requiresGrad: true);
        Tensor.Embedding(table, Tensor.Of([1, 1, 3]), paddingIndex: 3).Sum().Backward();
        Assert.Equal([0, 0, 2, 2, 0, 0, 0, 0], table.Grad!.ToArray<float>());
    }

    [Fact]
    public void ReadsRowsInAForeach()
    {
        var sum = 0.0;
        foreach (var row in Matrix())
            sum += row[0].Item<double>();
        Assert.Equal(12, sum);
    }

    private static void Says(Func<Tensor> act, string words)
    {
        var error = Assert.ThrowsAny<TensorException>(act);
        Assert.StartsWith(words, error.Message, StringComparison.Ordinal);
    }
}
