using static KernelEngine.Pointwise;

namespace KernelEngine.Tests;

/// <summary>What pointwise operators have in common: dtypes, shapes, writing in place, recording, errors.</summary>
public sealed class PointwiseOperatorTests
{
    private static readonly Tensor Bools = Tensor.FromArray([true, false]);
    private static readonly Tensor Bytes = Tensor.FromArray<byte>([200, 3]);
    private static readonly Tensor Shorts = Tensor.FromArray<short>([-2, 3]);
    private static readonly Tensor Longs = Tensor.FromArray<long>([-7, 2]);
    private static readonly Tensor Floats = Tensor.FromArray([1.5f, -2]);
    private static readonly Tensor Doubles = Tensor.FromArray([1.5, -2]);

    [Fact]
    public void DTypesPromote()
    {
        Assert.Equal(DType.Int64, (Bytes + Longs).DType);
        Assert.Equal(DType.Int16, (Bytes + Tensor.FromArray<sbyte>([1, 2])).DType);
        Assert.Equal(DType.Int16, (Shorts + 2).DType);
        Assert.Equal(DType.Float32, (Shorts + 2.5).DType);
        Assert.Equal(DType.Float32, (Floats + Longs).DType);
        Assert.Equal(DType.Float32, (Floats + Tensor.FromArray([1.0], [])).DType);
        Assert.Equal(DType.Float64, (Longs + Tensor.FromArray([1.0], [])).DType);
        Assert.Equal(DType.Float64, (Floats + Doubles).DType);
        Assert.Equal(DType.Float32, (Floats.Half() + Floats.BFloat16()).DType);
        Assert.Equal(DType.Int64, (Bools + 1).DType);
        Assert.Equal(DType.Bool, (Bools + Bools).DType);
        Assert.Equal(DType.Float32, (Longs / Longs).DType);
        Assert.Equal(DType.Int64, Longs.Div(2, "floor").DType);
        Assert.Equal(DType.Float32, Bools.Exp().DType);
        Assert.Equal(DType.Float16, Floats.Half().Exp().DType);
        Assert.Equal(DType.Int64, Bools.Square().DType);
        Assert.Equal(DType.Float32, Longs.Clamp(0.5).DType);
        Assert.Equal(DType.Float64, Floats.FloatPower(2).DType);
        Assert.Equal(DType.Bool, (Floats < Longs).DType);
        Assert.Equal(DType.Float32, Tensor.Where(Bools, Floats, 1).DType);
    }

    [Fact]
    public void NumbersWrapInTheirDType()
    {
        Assert.Equal([144, 6], (Bytes + Bytes).ToArray<byte>());
        Assert.Equal([56, 253], (-Bytes).ToArray<byte>());
        Assert.Equal([true, false], (Bools + Bools).ToArray<bool>());
        Assert.Equal([-4, 1], Longs.FloorDivide(2).ToArray<long>());
        Assert.Equal([-3, 1], Longs.Div(2, "trunc").ToArray<long>());
        Assert.Equal([1, 0], (Longs % 2).ToArray<long>());
        Assert.Equal([-1, 0], Longs.Fmod(2).ToArray<long>());
        Assert.Equal([-343, 8], Longs.Pow(3).ToArray<long>());
        Assert.Equal([1, 2], Longs.Gcd(Tensor.FromArray<long>([3, 4])).ToArray<long>());
    }

    [Fact]
    public void ArgumentsBroadcast()
    {
        var column = Tensor.FromArray<float>([1, 2, 3], [3, 1]);
        Assert.Equal<float>([2.5f, -1, 3.5f, 0, 4.5f, 1], (column + Floats).ToArray<float>());
        Assert.True((Tensor.Zeros(0, 1) + Floats).Shape == [0, 2]);
        var error = Assert.Throws<TensorRuntimeException>(() => Tensor.Zeros(2, 3) + Tensor.Zeros(4));
        Assert.StartsWith(
            "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1", error.Message);
    }

    [Fact]
    public void ResultsKeepTheOrderOfDimensions()
    {
        var x = Tensor.Zeros(3, 4).Transpose(0, 1);
        Assert.Equal([1, 4], (x + 1).Strides.ToArray());
        Assert.Equal([1, 4], (Tensor.Zeros(4, 1) + x).Strides.ToArray());
    }

    [Fact]
    public void WhatCannotBeIsRefusedInPyTorchsWords()
    {
        Refuses("result type Float can't be cast to the desired output type Long", () => Longs.Clone().Add_(1.5));
        Refuses("result type Float can't be cast to the desired output type Long", () => Longs.Clone().Div_(2));
        Refuses("output with shape [2] doesn't match the broadcast shape [3, 2]",
            () => Floats.Clone().Add_(Tensor.Zeros(3, 2)));
        Refuses("Subtraction, the `-` operator, with two bool tensors is not supported.", () => Bools - Bools);
        Refuses("Subtraction, the `-` operator, with a bool tensor is not supported.", () => 1 - Bools);
        Refuses("Negation, the `-` operator, on a bool tensor is not supported.", () => -Bools);
        Refuses("Integers to negative integer powers are not allowed.", () => Longs.Pow(-1));
        Refuses("ZeroDivisionError", () => Longs.FloorDivide(0));
        Refuses("\"bitwise_and_cpu\" not implemented for 'Float'", () => Floats & Floats);
        Refuses("For integral input tensors, argument alpha must not be a floating point number.",
            () => Longs.Add(Longs, alpha: 1.5));
        Refuses("Boolean alpha only supported for Boolean results.", () => Longs.Add(Longs, alpha: true));
        Refuses("torch.clamp: At least one of 'min' or 'max' must not be None", () => Floats.Clamp());
        Refuses("div expected rounding_mode to be one of None, 'trunc', or 'floor' but found 'up'",
            () => Floats.Div(2, "up"));
        Refuses("rtol must be greater than or equal to zero, but got -0.4", () => Floats.IsClose(Floats, rtol: -0.4));
        Refuses("approximate argument must be either none or tanh.", () => Floats.Gelu("asdf"));
        Refuses("prelu: Expected `weight` to be a scalar or 1D tensor, but got ndim = 2",
            () => Floats.Prelu(Tensor.Zeros(2, 2)));
        Refuses("unsupported operation: more than one element of the written-to tensor refers to a single memory",
            () => Tensor.Zeros(1).Expand([3]).Add_(1));
        Assert.StartsWith("~ (operator.invert) is only implemented on integer and Boolean-type tensors",
            Assert.Throws<TensorTypeException>(() => ~Floats).Message);
        Refuses("a leaf Variable that requires grad is being used in an in-place operation.",
            () => Floats.Clone().RequiresGrad_().Mul_(2));
        Assert.Throws<ArgumentNullException>(() => Floats.Add(null!));
    }

    [Fact]
    public void WritingInPlaceReadsBeforeItWrites()
    {
        var x = Tensor.FromArray<float>([1, 2, 3, 4], [2, 2]);
        Refuses("unsupported operation: some elements of the input tensor and the written-to tensor refer to a single",
            () => x.Add_(x.Transpose(0, 1)));
        x.Add_(x[.., ..1]);
        Assert.Equal<float>([2, 3, 6, 7], x.ToArray<float>());
        var y = Tensor.FromArray<float>([1, 2, 3]);
        y.Mul_(y);
        Assert.Equal<float>([1, 4, 9], y.ToArray<float>());
        Assert.Equal(1, y.Version);
    }

    [Fact]
    public void ComparingInPlaceForgetsTheGradient()
    {
        var x = Tensor.FromArray<float>([1, 2]).RequiresGrad_();
        var y = x * 3;
        y.Gt_(4);
        (y * x).Sum().Backward();
        Assert.Equal<float>([0, 1], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void NodesHavePyTorchsNames()
    {
        var x = Tensor.FromArray<float>([1, 2]).RequiresGrad_();
        Assert.Equal("PowBackward0", x.Pow(2).GradientFunction!.Name);
        Assert.Equal("PowBackward1", x.Pow(x).GradientFunction!.Name);
        Assert.Equal("RsubBackward1", (1 - x).GradientFunction!.Name);
        Assert.Equal("RsubBackward0", x.Rsub(x).GradientFunction!.Name);
        Assert.Equal("MulBackward0", (1 / x).GradientFunction!.Name);
        Assert.Equal("Log1PBackward0", x.Log1p().GradientFunction!.Name);
        Assert.Equal("Deg2RadBackward0", x.Deg2Rad().GradientFunction!.Name);
        Assert.Equal("ClampBackward1", x.Clamp(0, 1).GradientFunction!.Name);
        Assert.Equal("SpecialEntrBackward0", x.Entr().GradientFunction!.Name);
        Assert.Null(x.Eq(x).GradientFunction);
        Assert.Null(x.FloorDivide(2).GradientFunction);
    }

    [Fact]
    public void AGradientThatIsZeroHasTheShape()
    {
        var x = Tensor.FromArray<float>([1.5f, 2]).RequiresGrad_();
        x.Floor().Sum().Backward();
        Assert.Equal<float>([0, 0], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void NaNPassesWherePyTorchLetsItPass()
    {
        var nan = Tensor.FromArray([float.NaN, 1]);
        var zero = Tensor.Zeros(2);
        Assert.Equal([float.NaN, 1], nan.Maximum(zero).ToArray<float>());
        Assert.Equal<float>([0, 1], nan.Fmax(zero).ToArray<float>());
        Assert.Equal([float.NaN, 1], nan.Clamp(0, 2).ToArray<float>());
        Assert.Equal([float.NaN, 1], nan.Relu().ToArray<float>());
        Assert.Equal<float>([7, 1], nan.NanToNum(7).ToArray<float>());
        Assert.Equal([false, true], nan.IsFinite().ToArray<bool>());
        Assert.False(nan.AllClose(nan));
        Assert.True(nan.AllClose(nan, equalNan: true));
    }

    [Fact]
    public void AGradientSelectsAndDoesNotMultiply()
    {
        var x = Tensor.FromArray<double>([0, 4]).RequiresGrad_();
        var f = Define("root_or_zero", v => Select(v > 0, Sqrt(v), 0));
        f(x).Sum().Backward();
        Assert.Equal([0, 0.25], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void ADefinedFunctionIsOneDifferentiableKernel()
    {
        var swish = Define("swish", v => v / (1 + Exp(-v)));
        var x = Tensor.FromArray<double>([-1, 0, 2]).RequiresGrad_();
        var y = swish(x);
        Assert.Equal("SwishBackward0", y.GradientFunction!.Name);
        Assert.True(y.AllClose(x.Silu(), 1e-14));
        var own = Autograd.Grad(y.Sum(), x);
        Assert.True(own.AllClose(Autograd.Grad(x.Silu().Sum(), x), 1e-12));
        Assert.Equal(DType.Float32, swish(Tensor.FromArray<long>([1, 2])).DType);

        var both = Define("both", (a, b) => [a * b, a - b]);
        var (p, q) = (Tensor.FromArray([3.0]).RequiresGrad_(), Tensor.FromArray([2.0, 5.0]).RequiresGrad_());
        var results = both(p, q);
        Assert.Equal([1, -2], results[1].ToArray<double>());
        results[0].Sum().Backward();
        Assert.Equal([7], p.Grad!.ToArray<double>());
        Assert.Throws<TensorTypeException>(() => Define("bad", v => Select(v, v, v)));
    }

    [Fact]
    public void TheCatalogKnowsEveryRow()
    {
        Assert.Equal(2, OpCatalog.Find("add").Count());
        foreach (var name in (string[])["exp", "relu", "eq", "sum", "bitwise_and", "floor", "sin", "erf", "gcd"])
            Assert.NotEmpty(OpCatalog.Find(name));
        Assert.DoesNotContain(OpCatalog.All, o => o.Name.EndsWith("_backward", StringComparison.Ordinal));
    }

    [Fact]
    public void EveryDTypeOfATransposedTensor()
    {
        foreach (var dtype in DType.All)
        {
            var x = Tensor.FromArray<float>([0, 1, 2, 3, 4, 5], [2, 3]).To(dtype).Transpose(0, 1);
            var expected = dtype == DType.Bool ? new double[] { 0, 1, 1, 1, 1, 1 } : [0, 6, 2, 8, 4, 10];
            Assert.Equal(expected, (x + x).Double().ToArray<double>());
        }
    }

    private static void Refuses(string message, Func<object> call) =>
        Assert.StartsWith(message, Assert.Throws<TensorRuntimeException>(call).Message);
}
