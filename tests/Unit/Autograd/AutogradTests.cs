namespace KernelEngine.Tests;

/// <summary>The semantics of gradients, as PyTorch has them.</summary>
public sealed class AutogradTests
{
    [Theory, OnEachDevice]
    public void GradientsAccumulate(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        (x * x).Sum().Backward();
        Assert.Equal([2f, 4], Values(x.Grad));
        var first = x.Grad;
        (x * 3).Sum().Backward();
        Assert.Equal([5f, 7], Values(x.Grad));
        Assert.Same(first, x.Grad);
        x.Grad!.Zero_();
        (x + x + (x * x)).Sum().Backward();
        Assert.Equal([4f, 6], Values(x.Grad));
        Assert.False(x.Grad.RequiresGrad);
    }

    [Theory, OnEachDevice]
    public void AGradientThatIsPassedOnIsNotShared(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        var y = Of(on, 3, 4).RequiresGrad_();
        var g = Of(on, 1, 1);
        (x + y).Backward(g);
        x.Grad!.Add_(Of(on, 10, 10));
        Assert.Equal([1f, 1], Values(y.Grad));
        Assert.Equal([1f, 1], Values(g));
        var z = Of(on, 5, 6).RequiresGrad_();
        z.Sum().Backward();
        z.Grad!.Add_(Of(on, 1, 2));
        Assert.Equal([2f, 3], Values(z.Grad));
    }

    [Theory, OnEachDevice]
    public void AGraphIsRunOnceUnlessRetained(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        var y = (x * x).Sum();
        y.Backward(retainGraph: true);
        y.Backward();
        Assert.Equal([4f, 8], Values(x.Grad));
        Says("Trying to backward through the graph a second time", () => y.Backward());

        // Nothing was saved, so that nothing is missing.
        var z = (x + 1).Sum();
        z.Backward();
        z.Backward();
    }

    [Theory, OnEachDevice]
    public void SecondDerivatives(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 2, 3).RequiresGrad_();
        var y = (x * x * x).Sum();
        var g = Autograd.Grad(y, x, createGraph: true);
        Assert.Equal([12f, 27], Values(g));
        Assert.True(g.RequiresGrad);
        var h = Autograd.Grad(g.Sum(), x, createGraph: true);
        Assert.Equal([12f, 18], Values(h));
        Assert.Equal([6f, 6], Values(Autograd.Grad(h.Sum(), x)));
        Assert.Null(x.Grad);
        (x * x).Sum().Backward(createGraph: true);
        Assert.NotNull(x.Grad!.GradientFunction);
    }

    [Theory, OnEachDevice]
    public void GradOfSeveral(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        var w = Of(on, 3, 4).RequiresGrad_();
        var y = (x * x).Sum();
        var results = Autograd.Grad([y], [x, w], allowUnused: true);
        Assert.Equal([2f, 4], Values(results[0]));
        Assert.Null(results[1]);
        Says("One of the differentiated Tensors appears to not have been used in the graph.",
            () => Autograd.Grad([(x * x).Sum()], [w]));
        var inner = x * 2;
        var outer = (inner * inner).Sum();
        Assert.Equal([4f, 8], Values(Autograd.Grad(outer, inner, retainGraph: true)));
        Assert.Equal([8f, 16], Values(Autograd.Grad(outer, x, retainGraph: true)));
        var both = Autograd.Grad([outer], [inner, x, inner]);
        Assert.Equal([4f, 8], Values(both[0]));
        Assert.Equal([8f, 16], Values(both[1]));
        Assert.Equal([4f, 8], Values(both[2]));
        Assert.Null(w.Grad);
    }

    [Theory, OnEachDevice]
    public void HooksSeeAndReplaceGradients(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        var seen = new List<float[]>();
        var y = x * 2;
        using (y.RegisterHook(g =>
        {
            seen.Add(Values(g));
            return g * 10;
        }))
        {
            y.Sum().Backward();
        }

        Assert.Equal([1f, 1], seen.Single());
        Assert.Equal([20f, 20], Values(x.Grad));
        x.Grad = null;
        x.RegisterHook(g => g + 1);
        (x * 2).Sum().Backward();
        Assert.Equal([3f, 3], Values(x.Grad));
        Says("cannot register a hook on a tensor that doesn't require gradient", () => Of(on, 1).RegisterHook(g => g));
    }

    [Theory, OnEachDevice]
    public void InnerGradientsAreRetainedOnDemand(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        var y = x * 3;
        y.RetainGrad();
        (y * y).Sum().Backward();
        Assert.Equal([18f, 36], Values(x.Grad));
        Assert.Equal([6f, 12], Values(y.Grad));
        Says("can't retain_grad on Tensor that has requires_grad=False", () => Of(on, 1).RetainGrad());
    }

    [Theory, OnEachDevice]
    public void ModesNest(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        using (Autograd.NoGrad())
        {
            Assert.False((x * 2).RequiresGrad);
            using (Autograd.EnableGrad())
                Assert.True((x * 2).RequiresGrad);
            Assert.False(Autograd.IsEnabled);
        }

        Assert.True(Autograd.IsEnabled);
        Tensor inference;
        using (Autograd.InferenceMode())
            inference = x * 2;
        Assert.True(inference.IsInference);
        Says("Inference tensors cannot be saved for backward.", () => x * inference);
        Says("Inplace update to inference tensor outside InferenceMode is not allowed.", () => inference.Add_(x));
        Says("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.",
            () => inference.RequiresGrad_());
        using (Autograd.InferenceMode())
        {
            inference += 1;
            Assert.False(x.View(2).IsInference);
        }
    }

    [Theory, OnEachDevice]
    public void DetachSharesStorage(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        var y = x * 2;
        var d = y.Detach();
        Assert.False(d.RequiresGrad);
        d += 1;
        Assert.Equal([3f, 5], Values(y));
        Says("element 0 of tensors does not require grad and does not have a grad_fn", () => d.Sum().Backward());
    }

    [Theory, OnEachDevice]
    public void WritingWhatBackwardNeedsIsAnError(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 1, 1).RequiresGrad_();
        var w = x * 1;
        var y = w * w;
        w.Add_(Of(on, 1, 1, 1));
        Says("one of the variables needed for gradient computation has been modified by an inplace operation: " +
            "[torch.FloatTensor [3]], which is output 0 of AddBackward0, is at version 1; expected version 0 " +
            "instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with " +
            "torch.autograd.set_detect_anomaly(True).", () => y.Sum().Backward());
        var s = x.Softmax(0);
        s *= 2;
        Says("one of the variables needed for gradient computation has been modified by an inplace operation: " +
            "[torch.FloatTensor [3]], which is output 0 of SoftmaxBackward0, is at version 1; expected version 0",
            () => s.Sum().Backward());
        Says("a leaf Variable that requires grad is being used in an in-place operation.", () => x.Zero_());
        Says("a view of a leaf Variable that requires grad is being used in an in-place operation.",
            () => x.View(3, 1).Zero_());
    }

    [Theory, OnEachDevice]
    public void ViewsAreRewrittenWithTheirBase(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([1f, 2, 3, 4], [2, 2]).To(on).RequiresGrad_();
        var y = x * 1;
        y.Select(0, 0).Fill_(5);
        (y * y).Sum().Backward();
        Assert.Equal([0f, 0, 6, 8], Values(x.Grad));

        x.Grad = null;
        y = x * 1;
        var z = y.View(4);
        z += 1;
        y *= 2;
        Assert.Equal("AsStridedBackward0", z.GradientFunction!.Name);
        z.Sum().Backward();
        Assert.Equal([2f, 2, 2, 2], Values(x.Grad));

        x.Grad = null;
        y = x * 1;
        y.Select(0, 0).Select(0, 1).Mul_(7);
        y.Transpose(0, 1).Select(0, 0).Mul_(3);
        y.Sum().Backward();
        Assert.Equal([3f, 7, 3, 1], Values(x.Grad));

        var v = Of(on, 9).RequiresGrad_();
        var plain = Of(on, 1, 2, 3);
        plain.Narrow(0, 1, 1).Copy_(v);
        Assert.Equal("CopySlices", plain.GradientFunction!.Name);
        (plain * plain).Sum().Backward();
        Assert.Equal([18f], Values(v.Grad));
    }

    [Theory, OnEachDevice]
    public void WritesInPlaceHaveSecondDerivatives(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([0.3, 0.7, -0.2, 1.1], [2, 2]).To(on).RequiresGrad_();
        static Tensor Function(Tensor x)
        {
            var y = x * x;
            y.Select(0, 0).Mul_(x.Select(0, 1));
            y.Select(1, 1).Add_(y.Select(1, 0) * 2);
            return y * y;
        }

        Assert.True(Autograd.GradCheck(Function, x));
        Assert.True(Autograd.GradGradCheck(Function, x));
    }

    [Theory, OnEachDevice]
    public void AnomalyModeNamesTheOperator(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 0, 1).RequiresGrad_();
        using (Autograd.DetectAnomaly())
        {
            var y = (x / x).Sum();
            var error = Assert.Throws<TensorRuntimeException>(() => y.Backward());
            Assert.StartsWith(
                "Function 'DivBackward0' returned nan values in its 1th output.", error.Message,
                StringComparison.Ordinal);
            Assert.Contains(nameof(AnomalyModeNamesTheOperator), error.Message, StringComparison.Ordinal);
            (x * Of(on, float.PositiveInfinity, float.NegativeInfinity)).Sum().Backward();
        }
    }

    [Theory, OnEachDevice]
    public void AChainOfAHundredThousandOperators(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1).RequiresGrad_();
        var y = x;
        for (var i = 0; i < 100_000; i++)
            y = y + x;
        y.Backward();
        Assert.Equal(100_001, x.Grad!.Item<float>());
        y = null;
        GC.Collect();
    }

    [Theory, OnEachDevice]
    public void GraphsOfTwoThreadsMayMeet(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        var shared = x * x;
        Parallel.For(0, 8, _ =>
        {
            var g = Autograd.Grad((shared * 3).Sum(), x, retainGraph: true);
            Assert.Equal([6f, 12], Values(g));
        });
    }

    [Theory, OnEachDevice]
    public void BackwardWithinAHook(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2).RequiresGrad_();
        var shared = x * x;
        var y = shared * 2;
        var sum = shared.Sum();
        Tensor? inner = null;
        y.RegisterHook(g =>
        {
            inner = Autograd.Grad(sum, x, retainGraph: true);
            return null;
        });
        y.Sum().Backward();
        Assert.Equal([2f, 4], Values(inner));
        Assert.Equal([4f, 8], Values(x.Grad));
    }

    [Theory, OnEachDevice]
    public void BadCallsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.Get(device);
        var x = Of(on, 1, 2, 3).RequiresGrad_();
        Says("grad can be implicitly created only for scalar outputs", () => (x * 2).Backward());
        Says("Mismatch in shape: grad_output[0] has a shape of torch.Size([2]) and output[0] has a shape of " +
            "torch.Size([3]).", () => (x * 2).Backward(Of(on, 1, 2)));
        Says("element 0 of tensors does not require grad and does not have a grad_fn", () => Of(on, 1).Backward());
        Says("One of the differentiated Tensors does not require grad", () => Autograd.Grad(x.Sum(), Of(on, 1)));
        Says("assigned grad has data of a different size", () => x.Grad = Of(on, 1));
        Says("you can only change requires_grad flags of leaf variables.", () => (x * 2).RequiresGrad_(false));
        Says("only Tensors of floating point dtype can require gradients",
            () => Tensor.FromArray([1L]).To(on).RequiresGrad_());
    }

    internal static void Says(string message, Func<object?> call) => Assert.StartsWith(
        message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);

    internal static void Says(string message, Action call) => Assert.StartsWith(
        message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);

    private static Tensor Of(ComputeDevice on, params float[] values) => Tensor.FromArray(values).To(on);

    private static float[] Values(Tensor? tensor) => tensor!.Detach().ToArray<float>();
}
