using KernelEngine.Nn;
using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests;

/// <summary>Pooling against loops, special values, layouts, dtypes, errors.</summary>
public sealed class PoolingTests
{
    private static readonly (Shape Input, long K, long S, long P, long D, bool Ceil)[] Windows =
    [
        ([2, 3, 28, 28], 2, 2, 0, 1, false), ([1, 2, 9, 37], 2, 2, 0, 1, false), ([1, 2, 9, 37], 2, 2, 0, 1, true),
        ([3, 14, 14], 2, 2, 0, 1, false), ([2, 1, 12, 70], 3, 2, 1, 1, false), ([2, 1, 12, 17], 3, 1, 1, 1, false),
        ([1, 2, 11, 13], 3, 2, 1, 2, true), ([1, 1, 20, 20], 5, 7, 2, 1, true), ([1, 1, 19, 18], 17, 1, 8, 1, false),
    ];

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void MaximumAgreesWithLoops(string device)
    {
        foreach (var (shape, k, s, p, d, ceil) in Windows)
        {
            foreach (var x in Inputs(shape, TestDevices.Get(device)))
            {
                var (output, indices) = x.MaxPool2dWithIndices(k, s, p, d, ceil);
                var flat = x.Double().Reshape([-1, shape[^2], shape[^1]]).To(ComputeDevice.Cpu());
                var (values, places) = Maximum(flat, output.Shape, k, s, p, d);
                Assert.Equal(values, Flat(output));
                Assert.Equal(places, indices.To(ComputeDevice.Cpu()).Reshape([-1]).ToArray<long>());
                Assert.Equal(values, Flat(x.MaxPool2d(k, s, p, d, ceil)));

                // Where a gradient is recorded, places in the window are kept instead of indices.
                var leaf = x.Detach().RequiresGrad_();
                var recorded = leaf.MaxPool2d(k, s, p, d, ceil);
                Assert.Equal(values, Flat(recorded.Detach()));
                var g = Tensor.Arange(recorded.ElementCount, x.DType, x.Device).Reshape(recorded.Shape).Remainder(7);
                recorded.Backward(g);
                var want = Tensor.Zeros([shape.ElementCount / (shape[^1] * shape[^2]), shape[^1] * shape[^2]],
                    DType.Float64).ScatterAdd(1, Tensor.FromArray(places).Reshape([flat.Shape[0], -1]),
                    g.Double().To(ComputeDevice.Cpu()).Reshape([flat.Shape[0], -1]));
                var tolerance = x.DType.Size == 2 ? 1e-2 : 0;
                Near(Flat(want), Flat(leaf.Grad!), tolerance);
                var second = x.Detach().RequiresGrad_();
                second.MaxPool2dWithIndices(k, s, p, d, ceil).Output.Backward(g);
                Near(Flat(want), Flat(second.Grad!), tolerance);
            }
        }
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void NotANumberIsTheLargest(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Zeros([1, 1, 2, 34], null, on);
        x[0, 0, 0, 3] = double.NaN;
        x[0, 0, 1, 2] = double.NaN;
        x[0, 0, 0, 32] = double.NaN;
        var (output, indices) = x.MaxPool2dWithIndices(2);
        Assert.Equal([1, 16], Where(output));
        Assert.Equal(36, indices[0, 0, 0, 1].Item<long>());
        Assert.Equal([1, 16], Where(x.MaxPool2d(2)));
        var leaf = x.Detach().RequiresGrad_();
        leaf.MaxPool2d(2).Sum().Backward();
        Assert.Equal(1, leaf.Grad![0, 0, 1, 2].Item<float>());
        Assert.Equal(0, leaf.Grad![0, 0, 0, 3].Item<float>());
        var low = Tensor.Full([1, 1, 4, 4], double.NegativeInfinity, null, on).MaxPool2dWithIndices(3, 1, 1);
        Assert.Equal([0L, 0, 1, 2], low.Indices[0, 0, 0, ..].To(ComputeDevice.Cpu()).ToArray<long>());

        static int[] Where(Tensor t) => [.. Flat(t).Select((v, i) => double.IsNaN(v) ? i : -1).Where(i => i >= 0)];
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void MeansAgreeWithWindowsAsViews(string device)
    {
        foreach (var (shape, k, s, p, d, ceil) in Windows)
        {
            if (d != 1 || ceil)
                continue;
            foreach (var x in Inputs(shape, TestDevices.Get(device)))
            {
                var padded = x.Double().ConstantPad([p, p, p, p]);
                var windows = padded.Unfold(x.Rank - 2, k, s).Unfold(x.Rank - 1, k, s);
                var tolerance = x.DType.Size == 2 ? 2e-2 : x.DType == DType.Float32 ? 1e-5 : 1e-12;
                Near(Flat(windows.Mean([-2, -1])), Flat(x.AvgPool2d(k, s, p)), tolerance);
                Near(Flat(windows.Sum([-2, -1]) / 3), Flat(x.AvgPool2d(k, s, p, divisorOverride: 3)), tolerance * 50);
            }
        }

        var whole = Tensor.FromArray([1L, 2, 4, -9, 5, -1]).To(TestDevices.Get(device)).Reshape([1, 1, 6]);
        Assert.Equal([1.0, -2, 2], Flat(whole.AvgPool1d(2)));
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void WindowsFarLargerThanTheInputTakeLittleMemory(string device)
    {
        const long k = 2_000_000_000;
        var x = Tensor.Arange(6, DType.Float64, TestDevices.Get(device)).Reshape([1, 1, 6]).RequiresGrad_();
        var mean = x.AvgPool1d(k, 1, k / 2);
        Assert.Equal([15.0 / k, 15.0 / k, 15.0 / k, 15.0 / k, 15.0 / k, 15.0 / k, 15.0 / k], Flat(mean.Detach()));
        mean.Sum().Backward();
        Near([7.0 / k, 7.0 / k, 7.0 / k, 7.0 / k, 7.0 / k, 7.0 / k], Flat(x.Grad!), 1e-20);
        x.Grad = null;
        var (largest, indices) = x.MaxPool1dWithIndices(k, 1, k / 2);
        Assert.Equal([5.0, 5, 5, 5, 5, 5, 5], Flat(largest.Detach()));
        Assert.Equal([5L, 5, 5, 5, 5, 5, 5], indices.Reshape([-1]).To(ComputeDevice.Cpu()).ToArray<long>());
        largest.Sum().Backward();
        Assert.Equal([0.0, 0, 0, 0, 0, 7], Flat(x.Grad!));
        var square = x.Detach().Reshape([1, 1, 2, 3]);
        Assert.Equal(5.0, Flat(square.MaxPool2d([k, k], k, k / 2))[^1]);
        Assert.Equal(15.0 / 3, Flat(square.AvgPool2d([k, k], k, k / 2, divisorOverride: 3))[^1]);
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void BlocksFarApartTakeLittleMemory(string device)
    {
        var x = Tensor.Arange(16, DType.Float64, TestDevices.Get(device)).Reshape([1, 1, 4, 4]);
        var columns = x.UnfoldBlocks(2, 1_000_000, 1_000_001, 1_000_001);
        Assert.Equal([1, 4, 4], columns.Shape);
        Assert.Equal(columns.FoldBlocks([4, 4], 2, 1_000_000, 1_000_001, 1_000_001).Sum().Item().ToDouble(),
            columns.Sum().Item().ToDouble());
        foreach (var (kernel, dilation, padding, stride) in new[] { (2L, 5L, 9L, 6L), (3, 7, 15, 10), (1, 1, 20, 3) })
        {
            var far = x.UnfoldBlocks(kernel, dilation, padding, stride);
            var near = x.ConstantPad([padding, padding, padding, padding]).UnfoldBlocks(kernel, dilation, 0, stride);
            Assert.Equal(Flat(near), Flat(far));
            Assert.Equal(
                Flat(near.FoldBlocks([4 + (2 * padding), 4 + (2 * padding)], kernel, dilation, 0, stride)
                    .Narrow(-2, padding, 4).Narrow(-1, padding, 4)),
                Flat(far.FoldBlocks([4, 4], kernel, dilation, padding, stride)));
        }

        Assert.True(columns.FoldBlocks([4, 4], 2, 1_000_000, 1_000_001, 1_000_001).IsContiguous);
        Assert.True(x.UnfoldBlocks(2, 1, 1).FoldBlocks([4, 4], 2, 1, 1).IsContiguous);
        Assert.Equal("integer out of range", Assert.Throws<TensorRuntimeException>(
            () => x.MaxPool2d(3, 1, 1, long.MaxValue)).Message);
    }

    [Fact]
    public void ThreadsDoNotChangeBits()
    {
        var x = Tensor.Randn([4, 8, 65, 63]);
        Func<Tensor, Tensor>[] functions =
        [
            t => t.MaxPool2d(2), t => t.MaxPool2d(3, 2, 1), t => t.AvgPool2d(3, 1, 1),
            t => t.AdaptiveAvgPool2d(7, 9),
            t => t.Interpolate(scaleFactor: [1.5], mode: "bilinear"), t => t.Pad([3, 2, 1, 4], "reflect"),
        ];
        foreach (var function in functions)
        {
            var results = Array.ConvertAll([1, 3], threads => PoolThreads.With<double[][]>(threads, () =>
            {
                var leaf = x.Detach().RequiresGrad_();
                var output = function(leaf);
                (output * output.Detach()).Sum().Backward();
                return [Flat(output.Detach()), Flat(leaf.Grad!)];
            }));
            Assert.Equal(results[0], results[1]);
        }
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void NothingInNothingOut(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Zeros([0, 3, 4, 4], null, on).RequiresGrad_();
        var y = x.MaxPool2d(2);
        Assert.Equal([0L, 3, 2, 2], y.Shape.ToArray());
        y.Sum().Backward();
        Assert.Equal([0L, 3, 4, 4], x.Grad!.Shape.ToArray());
        Assert.Equal([0L, 3, 2, 2], x.AvgPool2d(2).Shape.ToArray());
        Assert.Equal([2L, 0, 3], Tensor.Zeros([2, 4, 4], null, on).AdaptiveMaxPool2d(0, 3).Output.Shape.ToArray());
        Assert.Equal([0L, 3, 7, 7], x.Interpolate(7, mode: "bilinear").Shape.ToArray());
        Assert.Equal([0L, 3, 4, 6], x.Pad([1, 1, 0, 0], "replicate").Shape.ToArray());
    }

    [Theory, OnEachDevice]
    public void UnpoolingPutsBack(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Randn([2, 3, 7, 5], device: on);
        var (output, indices) = new MaxPool2d(2).CallWithIndices(x);
        var back = Functional.MaxUnpool2d(output, indices, 2, outputSize: [7, 5]);
        Assert.Equal(x.Shape.ToArray(), back.Shape.ToArray());
        Assert.Equal(Flat(output), Flat(back.MaxPool2d(2).Where(back.MaxPool2d(2).Ne(0), output)));
        (output, indices) = new MaxPool2d(2).CallWithIndices(x[.., .., ..6, ..4]);
        Assert.Equal([2L, 3, 6, 4], new MaxUnpool2d(2).Call(output, indices).Shape.ToArray());
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.Get(device);
        var x = Ones(2, 5, 5);
        Says("stride should not be zero", () => x.MaxPool2d(2, 0));
        Says("pad must be non-negative, but got pad: -1", () => x.AvgPool2d(2, 1, -1));
        Says("Given input size: (2x5x5). Calculated output size: (2x0x0). Output size is too small",
            () => x.MaxPool2d(6, 1));
        Says("max_pool2d: padding must be either be a single int, or a tuple of two ints",
            () => x.MaxPool2d(2, 1, [0, 0, 0]));
        Says("\"max_pool2d\" not implemented for 'Long'", () => x.Long().MaxPool2d(2));
        Says("divisor must be not zero", () => x.AvgPool2d(2, divisorOverride: 0));
        Says("input image (T: 5 H: 5 W: 5) smaller than kernel size (kT: 6 kH: 6 kW: 6)",
            () => Ones(2, 5, 5, 5).AvgPool3d(6));
        Says("adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [5]", () => Ones(5).AdaptiveAvgPool2d(2));
        Says("Padding mode \"reflect\" doesn't take in value argument", () => x.Pad([1, 1], "reflect", 1));
        Says("Unrecognised padding mode around", () => x.Pad([1, 1], "around"));
        Says("only one of size or scale_factor should be defined", () => x.Interpolate(2, [2.0]));
        Says("Got 3D input, but bilinear mode needs 4D input", () => x.Interpolate(2, mode: "bilinear"));

        Tensor Ones(params long[] shape) => Tensor.Ones(shape, device: on);

        static void Says(string message, Action action) =>
            Assert.StartsWith(message, Assert.ThrowsAny<TensorException>(action).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<Tensor> Inputs(Shape shape, ComputeDevice device)
    {
        var random = new Random((int)shape.ElementCount);
        var values = Enumerable.Range(0, (int)shape.ElementCount).Select(_ => (double)random.Next(-9, 10)).ToArray();
        foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Float16, DType.BFloat16 })
        {
            var x = Tensor.FromArray(values, shape).To(dtype).To(device);
            yield return x;
            yield return x.Transpose(-1, -2).Contiguous().Transpose(-1, -2);
        }

        yield return Tensor.FromArray(values, shape).Float().To(device).Pad([1, 2]).Slice(-1, 1, shape[^1] + 1);
    }

    private static (double[] Values, long[] Places) Maximum(
        Tensor planes, Shape output, long k, long s, long p, long d)
    {
        var (h, w) = (planes.Shape[1], planes.Shape[2]);
        var x = planes.Contiguous().ToArray<double>();
        var (values, places) = (new List<double>(), new List<long>());
        for (var plane = 0L; plane < planes.Shape[0]; plane++)
        {
            for (var i = 0L; i < output[^2] * output[^1]; i++)
            {
                var (top, left) = ((i / output[^1] * s) - p, (i % output[^1] * s) - p);
                var (best, place) = (double.NegativeInfinity, -1L);
                for (var j = 0L; j < k * k; j++)
                {
                    var (y, z) = (top + (j / k * d), left + (j % k * d));
                    if (y < 0 || z < 0 || y >= h || z >= w || x[(((plane * h) + y) * w) + z] <= best)
                        continue;
                    (best, place) = (x[(((plane * h) + y) * w) + z], (y * w) + z);
                }

                values.Add(best);
                places.Add(place);
            }
        }

        return ([.. values], [.. places]);
    }

    private static double[] Flat(Tensor t) =>
        t.Detach().Double().To(ComputeDevice.Cpu()).Reshape([-1]).ToArray<double>();

    private static void Near(double[] want, double[] got, double tolerance)
    {
        Assert.Equal(want.Length, got.Length);
        for (var i = 0; i < want.Length; i++)
            Assert.Equal(want[i], got[i], tolerance * Math.Max(1, Math.Abs(want[i])));
    }
}
