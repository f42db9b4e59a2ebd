namespace KernelEngine.Tests.Tensors;

public sealed class ViewTests
{
    private static Tensor Matrix(ComputeDevice on) => Tensor.Arange(12.0, device: on).View(3, 4);

    [Theory, OnEachDevice]
    public void ViewsShareStorage(string device)
    {
        var on = TestDevices.Get(device);
        var x = Matrix(on);
        x.Select(0, 1).Fill_(9);
        x.T.Narrow(0, 3, 1).Fill_(-1);
        Assert.Equal([0, 1, 2, -1, 9, 9, 9, -1, 8, 9, 10, -1], x.ToArray<float>());
        Assert.Equal(2, x.Version);
    }

    [Theory, OnEachDevice]
    public void ReshapeCopiesOnlyWhenItMust(string device)
    {
        var on = TestDevices.Get(device);
        var x = Matrix(on);
        Assert.Same(x.Storage, x.Reshape(2, -1).Storage);
        Assert.NotSame(x.Storage, x.T.Reshape(12).Storage);
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], x.T.Reshape(12).ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void WrongShapesAreRefused(string device)
    {
        var x = Matrix(TestDevices.Get(device));
        Says([5, 2], "shape '[5, 2]' is invalid for input of size 12");
        Says([-1, -1], "only one dimension can be inferred");
        Says([-2, 3], "invalid shape dimension -2");

        void Says(long[] shape, string message) => Assert.StartsWith(
            message, Assert.Throws<TensorRuntimeException>(() => x.Reshape(shape)).Message, StringComparison.Ordinal);
    }

    [Theory, OnEachDevice]
    public void ViewOfIncompatibleStridesIsRefused(string device)
    {
        var on = TestDevices.Get(device);
        Assert.Throws<TensorRuntimeException>(() => Matrix(on).T.View(12));
    }

    [Theory, OnEachDevice]
    public void LayoutsAreAsPyTorchs(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Arange(12, device: on).View(3, 4);
        Assert.Equal(4, x[1..].StorageOffset);
        Assert.Equal([4, 4, 1], x.Unsqueeze(1).Strides.ToArray());
        Assert.Equal([0, 4, 1], x.Expand(2, 3, 4).Strides.ToArray());
        Assert.Equal([5], x.Diagonal().Strides.ToArray());
    }

    [Theory, OnEachDevice]
    public void OverlappingWindowsAddUpTheirGradients(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Arange(8.0, requiresGrad: true, device: on);
        x.Unfold(0, 4, 2).Sum().Backward();
        Assert.Equal([1, 1, 2, 2, 2, 2, 1, 1], x.Grad!.ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void OverlapOfAsStridedAddsUp(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Ones([4], requiresGrad: true, device: on);
        var weights = Tensor.Of([[1.0, 10], [100, 1000], [10000, 100000]], device: on);
        (x.AsStrided([3, 2], [1, 1]) * weights).Sum().Backward();
        Assert.Equal([1, 110, 11000, 100000], x.Grad!.ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void EveryViewHasAGradient(string device)
    {
        var on = TestDevices.Get(device);
        Func<Tensor, Tensor>[] views =
        [
            t => t.View(2, 6), t => t.T, t => t.Select(1, -1), t => t.Slice(1, 1, 4, 2), t => t.Diagonal(1),
            t => t.Unsqueeze(1).Squeeze(1), t => t.Expand(2, 3, 4), t => t.Flatten(), t => t.Flip(0, 1),
            t => t.Roll([1], [1]), t => t.Repeat(2, 1), t => t.Unbind(1)[2], t => t.Split(2, 1)[1],
            t => t.T.Reshape(12), t => t.Movedim(0, 1), t => t.AsStrided([2, 2], [4, 1], 1), t => t.Rot90(),
            t => t.Tril(), t => t.ConstantPad([1, -1]), t => t.DiagEmbed(),
        ];
        foreach (var view in views)
        {
            // The gradient of sum(view(x) * w) is the weight of each place that the view reads.
            var x = Matrix(on).RequiresGrad_();
            var y = view(x);
            var w = Tensor.Arange(1, y.ElementCount + 1, dtype: DType.Float32, device: on).View(y.Shape);
            (y * w).Sum().Backward();
            Assert.Equal((x.Grad! * x.Detach()).Sum().Item<double>(), (y * w).Sum().Item<double>(), 1e-3);
        }
    }

    [Theory, OnEachDevice]
    public void WritingAViewRewritesTheHistoryOfItsBase(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Of([[1.0, 2], [3, 4]], requiresGrad: true, device: on);
        var y = x * 1;
        y[0].Mul_(5);
        (y * y).Sum().Backward();
        Assert.Equal([50, 100, 6, 8], x.Grad!.ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void PartsOfASplitAreNotWrittenWhileRecording(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Ones([4], requiresGrad: true, device: on);
        var part = (x * 2).Split(2)[0];
        var error = Assert.Throws<TensorRuntimeException>(() => part.Mul_(2));
        Assert.StartsWith("Output 0 of SplitBackward0 is a view", error.Message, StringComparison.Ordinal);
    }

    [Theory, OnEachDevice]
    public void ZeroSizedAndZeroDimensionalTensorsAreFine(string device)
    {
        var on = TestDevices.Get(device);
        var none = Tensor.Ones([2, 0], device: on);
        Assert.True(none.T.Shape == [0, 2]);
        Assert.True(Tensor.Cat([none, none], 1).Shape == [2, 0]);
        Assert.True(none.Flip(0).Shape == [2, 0]);
        Assert.True(Tensor.Of(1.0, device: on).Expand(3).Shape == [3]);
        Assert.Throws<TensorIndexException>(() => Tensor.Of(1.0, device: on).Select(0, 0));
    }

    [Theory, OnEachDevice]
    public void JoinsCheckShapes(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Ones([2, 3], device: on);
        var error = Assert.Throws<TensorRuntimeException>(() => Tensor.Cat([x, Tensor.Ones([2, 4], device: on)]));
        Assert.StartsWith(
            "Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4", error.Message,
            StringComparison.Ordinal);
        Assert.Throws<TensorRuntimeException>(() => Tensor.Cat([]));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Stack([x[0], Tensor.Ones([2], device: on)]));
    }
}
