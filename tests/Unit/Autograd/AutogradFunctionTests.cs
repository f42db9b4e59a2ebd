namespace KernelEngine.Tests;

/// <summary>Operators with gradients of one's own.</summary>
public sealed class AutogradFunctionTests
{
    [Theory, OnEachDevice]
    public void ItsGradientIsUsedAndDifferentiable(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([1.0, -2, 3]).To(on).RequiresGrad_();
        var y = new Cube().Apply(x);
        Assert.Equal("CubeBackward", y.GradientFunction!.Name);
        y.Sum().Backward();
        Assert.Equal([3.0, 12, 27], x.Grad!.ToArray<double>());
        Assert.True(Autograd.GradCheck(new Cube().Apply, x));
        Assert.True(Autograd.GradGradCheck(new Cube().Apply, x));
        Assert.True(Autograd.GradGradCheck(v => new ExpOfResult().Apply(v), x));
    }

    [Theory, OnEachDevice]
    public void SeveralResultsAndNulls(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([1f, 2]).To(on).RequiresGrad_();
        var parts = new Parts().ApplyAll(x, Tensor.FromArray([5f, 6]).To(on));
        Assert.False(parts[1].RequiresGrad);
        parts[0].Sum().Backward();
        Assert.Equal([3f, 3], x.Grad!.ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void MistakesAreExplained(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([1f, 2]).To(on).RequiresGrad_();
        AutogradTests.Says("function WrongBackward returned an incorrect number of gradients (expected 1, got 2)",
            () => new Wrong(2, 2).Apply(x).Sum().Backward());
        AutogradTests.Says("Function WrongBackward returned an invalid gradient at index 0 - got [3] but expected " +
            "shape compatible with [2]", () => new Wrong(1, 3).Apply(x).Sum().Backward());
        var y = new Cube().Apply(x * 1);
        y.Sum().Backward();
        AutogradTests.Says("Trying to backward through the graph a second time", () => y.Sum().Backward());
    }

    [Theory, OnEachDevice]
    public void WhatItWasGivenMayBeKept(string device)
    {
        var on = TestDevices.Get(device);
        // Large enough for memory that is pooled, and made by an operator, so that nobody but the function has it.
        var x = Tensor.Ones([40_000], DType.Float32, requiresGrad: true, device: on);
        var keeper = new Keeper();
        (keeper.Apply(x) * 3).Sum().Backward();
        var later = Tensor.Zeros([40_000], device: on) + 7;
        Assert.Equal(3f, keeper.Kept!.Max().Item<float>());
        Assert.Equal(6f, x.Grad!.Max().Item<float>());
        Assert.Equal(7f, later.Min().Item<float>());
    }

    private sealed class Keeper : AutogradFunction
    {
        public Tensor? Kept { get; private set; }

        public Tensor Apply(Tensor x) => base.Apply(x);

        protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs) => [inputs[0] * 2];

        protected override Tensor?[] Backward(FunctionContext context, Tensor?[] gradients)
        {
            Kept = gradients[0];
            return [gradients[0]! * 2];
        }
    }

    private sealed class Cube : AutogradFunction
    {
        public Tensor Apply(Tensor x) => base.Apply(x);

        protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs)
        {
            context.SaveForBackward(inputs[0]);
            return [inputs[0] * inputs[0] * inputs[0]];
        }

        protected override Tensor?[] Backward(FunctionContext context, Tensor?[] gradients) =>
            [gradients[0]! * 3 * context.Saved[0] * context.Saved[0]];
    }

    private sealed class ExpOfResult : AutogradFunction
    {
        protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs)
        {
            var result = inputs[0].Softmax(0);
            context.SaveForBackward(result);
            return [result];
        }

        protected override Tensor?[] Backward(FunctionContext context, Tensor?[] gradients)
        {
            var (g, y) = (gradients[0]!, context.Saved[0]);
            return [(g - (g * y).Sum()) * y];
        }
    }

    private sealed class Parts : AutogradFunction
    {
        protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs)
        {
            Assert.Equal([true, false], context.NeedsInputGrad);
            var (a, b) = (inputs[0] * 3, inputs[1] * 2);
            context.MarkNonDifferentiable(b);
            return [a, b, inputs[0]];
        }

        protected override Tensor?[] Backward(FunctionContext context, Tensor?[] gradients)
        {
            Assert.Equal(0, gradients[2]!.Sum().Item<float>());
            return [gradients[0]! * 3, null];
        }
    }

    private sealed class Wrong(int count, long size) : AutogradFunction
    {
        protected override Tensor[] Forward(FunctionContext context, Tensor[] inputs) => [inputs[0] * 1];

        protected override Tensor?[] Backward(FunctionContext context, Tensor?[] gradients) =>
            [.. Enumerable.Range(0, count).Select(_ => Tensor.Ones([size], device: gradients[0]!.Device))];
    }
}
