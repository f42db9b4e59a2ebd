using static KernelEngine.Pointwise;

namespace KernelEngine.Tests;

/// <summary>What pointwise operators have in common: dtypes, shapes, writing in place, recording, errors.</summary>
public sealed class PointwiseOperatorTests
{
    [Theory, OnEachDevice]
    public void DTypesPromote(string device)
    {
        var on = TestDevices.Get(device);
        var bools = Tensor.FromArray([true, false]).To(on);
        var bytes = Tensor.FromArray<byte>([200, 3]).To(on);
        var shorts = Tensor.FromArray<short>([-2, 3]).To(on);
        var longs = Tensor.FromArray<long>([-7, 2]).To(on);
        var floats = Tensor.FromArray([1.5f, -2]).To(on);
        var doubles = Tensor.FromArray([1.5, -2]).To(on);
        Assert.Equal(DType.Int64, (bytes + longs).DType);
        Assert.Equal(DType.Int16, (bytes + Tensor.FromArray<sbyte>([1, 2]).To(on)).DType);
        Assert.Equal(DType.Int16, (shorts + 2).DType);
        Assert.Equal(DType.Float32, (shorts + 2.5).DType);
        Assert.Equal(DType.Float32, (floats + longs).DType);
        Assert.Equal(DType.Float32, (floats + Tensor.FromArray([1.0], []).To(on)).DType);
        Assert.Equal(DType.Float64, (longs + Tensor.FromArray([1.0], []).To(on)).DType);
        Assert.Equal(DType.Float64, (floats + doubles).DType);
        Assert.Equal(DType.Float32, (floats.Half() + floats.BFloat16()).DType);
        Assert.Equal(DType.Int64, (bools + 1).DType);
        Assert.Equal(DType.Bool, (bools + bools).DType);
        Assert.Equal(DType.Float32, (longs / longs).DType);
        Assert.Equal(DType.Int64, longs.Div(2, "floor").DType);
        Assert.Equal(DType.Float32, bools.Exp().DType);
        Assert.Equal(DType.Float16, floats.Half().Exp().DType);
        Assert.Equal(DType.Int64, bools.Square().DType);
        Assert.Equal(DType.Float32, longs.Clamp(0.5).DType);
        Assert.Equal(DType.Float64, floats.FloatPower(2).DType);
        Assert.Equal(DType.Bool, (floats < longs).DType);
        Assert.Equal(DType.Float32, Tensor.Where(bools, floats, 1).DType);
    }

    [Theory, OnEachDevice]
    public void NumbersWrapInTheirDType(string device)
    {
        var on = TestDevices.Get(device);
        var bools = Tensor.FromArray([true, false]).To(on);
        var bytes = Tensor.FromArray<byte>([200, 3]).To(on);
        var longs = Tensor.FromArray<long>([-7, 2]).To(on);
        Assert.Equal([144, 6], (bytes + bytes).ToArray<byte>());
        Assert.Equal([56, 253], (-bytes).ToArray<byte>());
        Assert.Equal([true, false], (bools + bools).ToArray<bool>());
        Assert.Equal([-4, 1], longs.FloorDivide(2).ToArray<long>());
        Assert.Equal([-3, 1], longs.Div(2, "trunc").ToArray<long>());
        Assert.Equal([1, 0], (longs % 2).ToArray<long>());
        Assert.Equal([-1, 0], longs.Fmod(2).ToArray<long>());
        Assert.Equal([-343, 8], longs.Pow(3).ToArray<long>());
        Assert.Equal([1, 2], longs.Gcd(Tensor.FromArray<long>([3, 4]).To(on)).ToArray<long>());
    }

    [Theory, OnEachDevice]
    public void ArgumentsBroadcast(string device)
    {
        var on = TestDevices.Get(device);
        var floats = Tensor.FromArray([1.5f, -2]).To(on);
        var column = Tensor.FromArray<float>([1, 2, 3], [3, 1]).To(on);
        Assert.Equal<float>([2.5f, -1, 3.5f, 0, 4.5f, 1], (column + floats).ToArray<float>());
        Assert.True((Tensor.Zeros([0, 1], device: on) + floats).Shape == [0, 2]);
        var error = Assert.Throws<TensorRuntimeException>(
            () => Tensor.Zeros([2, 3], device: on) + Tensor.Zeros([4], device: on));
        Assert.StartsWith(
            "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1", error.Message);
    }

    [Theory, OnEachDevice]
    public void ResultsKeepTheOrderOfDimensions(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Zeros([3, 4], device: on).Transpose(0, 1);
        Assert.Equal([1, 4], (x + 1).Strides.ToArray());
        Assert.Equal([1, 4], (Tensor.Zeros([4, 1], device: on) + x).Strides.ToArray());
    }

    [Theory, OnEachDevice]
    public void WhatCannotBeIsRefusedInPyTorchsWords(string device)
    {
        var on = TestDevices.Get(device);
        var bools = Tensor.FromArray([true, false]).To(on);
        var longs = Tensor.FromArray<long>([-7, 2]).To(on);
        var floats = Tensor.FromArray([1.5f, -2]).To(on);
        Refuses("result type Float can't be cast to the desired output type Long", () => longs.Clone().Add_(1.5));
        Refuses("result type Float can't be cast to the desired output type Long", () => longs.Clone().Div_(2));
        Refuses("output with shape [2] doesn't match the broadcast shape [3, 2]",
            () => floats.Clone().Add_(Tensor.Zeros([3, 2], device: on)));
        Refuses("Subtraction, the `-` operator, with two bool tensors is not supported.", () => bools - bools);
        Refuses("Subtraction, the `-` operator, with a bool tensor is not supported.", () => 1 - bools);
        Refuses("Negation, the `-` operator, on a bool tensor is not supported.", () => -bools);
        Refuses("Integers to negative integer powers are not allowed.", () => longs.Pow(-1));
        Refuses("\"bitwise_and_cpu\" not implemented for 'Float'", () => floats & floats);
        Refuses("For integral input tensors, argument alpha must not be a floating point number.",
            () => longs.Add(longs, alpha: 1.5));
        Refuses("Boolean alpha only supported for Boolean results.", () => longs.Add(longs, alpha: true));
        Refuses("torch.clamp: At least one of 'min' or 'max' must not be None", () => floats.Clamp());
        Refuses("div expected rounding_mode to be one of None, 'trunc', or 'floor' but found 'up'",
            () => floats.Div(2, "up"));
        Refuses("rtol must be greater than or equal to zero, but got -0.4", () => floats.IsClose(floats, rtol: -0.4));
        Refuses("approximate argument must be either none or tanh.", () => floats.Gelu("asdf"));
        Refuses("prelu: Expected `weight` to be a scalar or 1D tensor, but got ndim = 2",
            () => floats.Prelu(Tensor.Zeros([2, 2], device: on)));
        Refuses("unsupported operation: more than one element of the written-to tensor refers to a single memory",
            () => Tensor.Zeros([1], device: on).Expand([3]).Add_(1));
        Assert.StartsWith("~ (operator.invert) is only implemented on integer and Boolean-type tensors",
            Assert.Throws<TensorTypeException>(() => ~floats).Message);
        Refuses("a leaf Variable that requires grad is being used in an in-place operation.",
            () => floats.Clone().RequiresGrad_().Mul_(2));
        Assert.Throws<ArgumentNullException>(() => floats.Add(null!));
    }

    [Theory, OnEachDevice]
    public void WholeNumbersDividedByZeroAreAnErrorOnProcessors(string device)
    {
        var longs = Tensor.FromArray<long>([-7, 2]).To(TestDevices.Get(device));
        if (device == "cpu")
            Refuses("ZeroDivisionError", () => longs.Div(0, "trunc"));
        else
        {
            foreach (var dtype in new[] { DType.Int64, DType.Int32 })
            {
                Assert.Equal([0, 0], longs.To(dtype).Div(0, "trunc").Long().ToArray<long>());
                Assert.Equal([0, 0], longs.To(dtype).Fmod(0).Long().ToArray<long>());
            }
        }
    }

    [Theory, OnEachDevice]
    public void WritingInPlaceReadsBeforeItWrites(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray<float>([1, 2, 3, 4], [2, 2]).To(on);
        Refuses("unsupported operation: some elements of the input tensor and the written-to tensor refer to a single",
            () => x.Add_(x.Transpose(0, 1)));
        x.Add_(x[.., ..1]);
        Assert.Equal<float>([2, 3, 6, 7], x.ToArray<float>());
        var y = Tensor.FromArray<float>([1, 2, 3]).To(on);
        y.Mul_(y);
        Assert.Equal<float>([1, 4, 9], y.ToArray<float>());
        Assert.Equal(1, y.Version);
    }

    [Theory, OnEachDevice]
    public void ComparingInPlaceForgetsTheGradient(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray<float>([1, 2]).To(on).RequiresGrad_();
        var y = x * 3;
        y.Gt_(4);
        (y * x).Sum().Backward();
        Assert.Equal<float>([0, 1], x.Grad!.ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void NodesHavePyTorchsNames(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray<float>([1, 2]).To(on).RequiresGrad_();
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

    [Theory, OnEachDevice]
    public void AGradientThatIsZeroHasTheShape(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray<float>([1.5f, 2]).To(on).RequiresGrad_();
        x.Floor().Sum().Backward();
        Assert.Equal<float>([0, 0], x.Grad!.ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void NaNPassesWherePyTorchLetsItPass(string device)
    {
        var on = TestDevices.Get(device);
        var nan = Tensor.FromArray([float.NaN, 1]).To(on);
        var zero = Tensor.Zeros([2], device: on);
        Assert.Equal([float.NaN, 1], nan.Maximum(zero).ToArray<float>());
        Assert.Equal<float>([0, 1], nan.Fmax(zero).ToArray<float>());
        Assert.Equal([float.NaN, 1], nan.Clamp(0, 2).ToArray<float>());
        Assert.Equal([float.NaN, 1], nan.Relu().ToArray<float>());
        Assert.Equal<float>([7, 1], nan.NanToNum(7).ToArray<float>());
        Assert.Equal([false, true], nan.IsFinite().ToArray<bool>());
        Assert.False(nan.AllClose(nan));
        Assert.True(nan.AllClose(nan, equalNan: true));
    }

    [Theory, OnEachDevice]
    public void AGradientSelectsAndDoesNotMultiply(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray<double>([0, 4]).To(on).RequiresGrad_();
        var f = Define("root_or_zero", v => Select(v > 0, Sqrt(v), 0));
        f(x).Sum().Backward();
        Assert.Equal([0, 0.25], x.Grad!.ToArray<double>());
    }

    [Theory, OnEachDevice]
    public void ADefinedFunctionIsOneDifferentiableKernel(string device)
    {
        var on = TestDevices.Get(device);
        var swish = Define("swish", v => v / (1 + Exp(-v)));
        var x = Tensor.FromArray<double>([-1, 0, 2]).To(on).RequiresGrad_();
        var y = swish(x);
        Assert.Equal("SwishBackward0", y.GradientFunction!.Name);
        Assert.True(y.AllClose(x.Silu(), 1e-14));
        var own = Autograd.Grad(y.Sum(), x);
        Assert.True(own.AllClose(Autograd.Grad(x.Silu().Sum(), x), 1e-12));
        Assert.Equal(DType.Float32, swish(Tensor.FromArray<long>([1, 2]).To(on)).DType);

        var both = Define("both", (a, b) => [a * b, a - b]);
        var p = Tensor.FromArray([3.0]).To(on).RequiresGrad_();
        var q = Tensor.FromArray([2.0, 5.0]).To(on).RequiresGrad_();
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

    [Theory, OnEachDevice]
    public void EveryDTypeOfATransposedTensor(string device)
    {
        var on = TestDevices.Get(device);
        foreach (var dtype in DType.All)
        {
            var x = Tensor.FromArray<float>([0, 1, 2, 3, 4, 5], [2, 3]).To(on, dtype).Transpose(0, 1);
            var expected = dtype == DType.Bool ? new double[] { 0, 1, 1, 1, 1, 1 } : [0, 6, 2, 8, 4, 10];
            Assert.Equal(expected, (x + x).Double().ToArray<double>());
        }
    }

    private static void Refuses(string message, Func<object> call) =>
        Assert.StartsWith(message, Assert.Throws<TensorRuntimeException>(call).Message);
}
