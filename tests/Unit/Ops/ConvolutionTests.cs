using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests;

/// <summary>Convolutions against sums written down term by term, in every dtype and layout.</summary>
public sealed class ConvolutionTests
{
    // Images, groups, inputs and outputs of a group, spatial sizes, kernel, stride, padding, dilation.
    private static readonly (long N, long G, long C, long M, long[] Size, long[] K, long[] S, long[] P, long[] D)[]
        Forms =
        [
            (2, 1, 3, 4, [7], [3], [1], [0], [1]),
            (3, 2, 2, 3, [40], [5], [3], [4], [2]),
            (1, 1, 1, 2, [5000], [4], [1], [2], [1]),
            (2, 1, 16, 32, [14, 14], [3, 3], [1, 1], [1, 1], [1, 1]),
            (2, 1, 1, 16, [28, 28], [3, 3], [1, 1], [1, 1], [1, 1]),
            (2, 1, 80, 90, [7, 7], [3, 3], [1, 1], [1, 1], [1, 1]),
            (1, 4, 3, 5, [9, 11], [3, 2], [2, 3], [2, 0], [1, 2]),
            (2, 6, 1, 1, [13, 19], [3, 3], [1, 2], [1, 1], [1, 1]),
            (2, 3, 1, 2, [6, 33], [5, 5], [1, 1], [2, 2], [1, 1]),
            (1, 1, 20, 70, [5, 5], [1, 1], [1, 1], [0, 0], [1, 1]),
            (1, 1, 2, 3, [4, 70], [2, 3], [5, 4], [1, 3], [1, 6]),
            (1, 1, 3, 4, [30, 30], [4, 4], [4, 4], [0, 0], [1, 1]),
            (2, 1, 2, 3, [4, 5, 6], [2, 3, 2], [1, 2, 1], [1, 1, 0], [2, 1, 1]),
        ];

    public static TheoryData<string, int, string> Cases
    {
        get
        {
            var rows = new TheoryData<string, int, string>();
            foreach (var device in TestDevices.All)
            {
                for (var i = 0; i < Forms.Length; i++)
                {
                    foreach (var dtype in (string[])["float32", "float64", "float16", "bfloat16", "int64"])
                        rows.Add(device.Data, i, dtype);
                }
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void IsTheSumOfItsTerms(string device, int form, string dtype)
    {
        var on = TestDevices.Get(device);
        var (n, g, c, m, size, k, s, p, d) = Forms[form];
        var type = DType.Parse(dtype);
        var output = Output(size, k, s, p, d);
        var (x, w) = (Draw([n, g * c, .. size], 1), Draw([g * m, c, .. k], 2));
        var (bias, gy) = (Draw([g * m], 3), Draw([n, g * m, .. output], 4));
        var (wantY, wantX, wantW) = (new double[gy.Length], new double[x.Length], new double[w.Length]);
        ForEachTerm(form, (ix, iw, iy) =>
        {
            wantY[iy] += x[ix] * w[iw];
            wantX[ix] += gy[iy] * w[iw];
            wantW[iw] += gy[iy] * x[ix];
        });
        var plane = output.Aggregate(1L, (a, b) => a * b);
        for (var i = 0; i < wantY.Length; i++)
            wantY[i] += bias[i / plane % (g * m)];

        foreach (var isStepped in (bool[])[false, true])
        {
            var (tx, tw) = (Make(x, [n, g * c, .. size], isStepped), Make(w, [g * m, c, .. k], isStepped));
            var (tb, tg) = (Make(bias, [g * m], isStepped), Make(gy, [n, g * m, .. output], isStepped));
            if (!type.IsFloatingPoint)
            {
                Check(wantY, Convolve(tx, tw, tb), 0);
                Check(wantX, Transpose(tg, tw), 0);
                continue;
            }

            var epsilon = dtype switch { "float64" => 1e-13, "float32" => 2e-5, "float16" => 2e-3, _ => 1e-2 };
            tx.RequiresGrad_();
            tw.RequiresGrad_();
            var y = Convolve(tx, tw, tb);
            Check(wantY, y, epsilon);
            var gradients = Autograd.Grad([y], [tx, tw], [tg]);
            Check(wantX, gradients[0]!, epsilon);
            Check(wantW, gradients[1]!, epsilon);
            Check(wantX, Transpose(tg, tw.Detach()), epsilon);
        }

        Tensor Make(double[] values, Shape shape, bool isStepped)
        {
            var tensor = Tensor.FromArray(values, shape).To(type).To(on);
            if (!isStepped)
                return tensor;
            var wider = Tensor.Full([.. shape.AsSpan()[..^1], 2 * shape[^1]], 100, type, on);
            var view = wider[TensorIndex.Ellipsis, (1..).Step(2)];
            view.Copy_(tensor);
            return view;
        }

        Tensor Convolve(Tensor a, Tensor b, Tensor bias) => size.Length switch
        {
            1 => a.Conv1d(b, bias, s, p, d, g),
            2 => a.Conv2d(b, bias, s, p, d, g),
            _ => a.Conv3d(b, bias, s, p, d, g),
        };

        Tensor Transpose(Tensor a, Tensor b)
        {
            long[] more = [.. size.Select(
                (z, i) => z - (((output[i] - 1) * s[i]) - (2 * p[i]) + (d[i] * (k[i] - 1)) + 1))];
            var isAllowed = more.Select((z, i) => z < Math.Max(s[i], d[i])).All(b => b);
            if (!isAllowed)
                return Tensor.FromArray(wantX, [n, g * c, .. size]);
            return size.Length switch
            {
                1 => a.ConvTranspose1d(b, null, s, p, more, g, d),
                2 => a.ConvTranspose2d(b, null, s, p, more, g, d),
                _ => a.ConvTranspose3d(b, null, s, p, more, g, d),
            };
        }
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        for (var form = 0; form < Forms.Length; form++)
        {
            var (n, g, c, m, size, k, s, p, d) = Forms[form];
            if (size.Length != 2)
                continue;
            var x = Tensor.Randn([4 * n, g * c, .. size]).RequiresGrad_();
            var w = Tensor.Randn([g * m, c, .. k]).RequiresGrad_();
            var results = Array.ConvertAll([1, 2, 3], threads => PoolThreads.With<float[][]>(threads, () =>
            {
                var y = x.Conv2d(w, null, s, p, d, g);
                var gradients = Autograd.Grad([y], [x, w], [y.Detach()]);
                return
                [
                    y.Detach().ToArray<float>(), gradients[0]!.ToArray<float>(), gradients[1]!.ToArray<float>(),
                ];
            }));
            Assert.All(results, result => Assert.Equal(results[0], result));
        }
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void WhatIsNotFiniteStaysInItsPlace(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Zeros([1, 1, 5, 5], device: on);
        x[0, 0, 0, 4] = float.PositiveInfinity;
        var w = Tensor.Ones([1, 1, 1, 1], device: on).RequiresGrad_();
        var y = x.Conv2d(w);
        Assert.Equal(1, y.IsInf().Sum().Item().ToInt64());
        Assert.Equal(0, y.IsNaN().Sum().Item().ToInt64());
        var g = Tensor.Zeros([1, 1, 5, 5], device: on);
        g[0, 0, 0, 4] = 1;
        y.Backward(g);
        Assert.Equal(double.PositiveInfinity, w.Grad!.Sum().Item().ToDouble());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void EmptyBatchesAndChannels(string device)
    {
        var on = TestDevices.Get(device);
        var w = Tensor.Ones([3, 2, 3, 3], device: on).RequiresGrad_();
        var y = Tensor.Empty([0, 2, 5, 5], device: on).Conv2d(w);
        Assert.Equal([0, 3, 3, 3], y.Shape);
        y.Sum().Backward();
        Assert.Equal(0, w.Grad!.Abs().Sum().Item().ToDouble());
        Assert.Equal([0, 2, 11, 11], Tensor.Empty([0, 3, 5, 5], device: on).ConvTranspose2d(w, null, 2).Shape);

        // As PyTorch 1.13 has it.
        Assert.Equal([2, 0, 3, 3],
            Tensor.Empty([2, 0, 5, 5], device: on).Conv2d(Tensor.Empty([3, 0, 3, 3], device: on)).Shape);
    }

    [Fact]
    public void TheGradientOfTheInputIsNotComputedUnlessWanted()
    {
        var backend = new TraceBackend();
        var on = backend.Device;
        var w = Tensor.Ones([3, 2, 3, 3], device: on).RequiresGrad_();
        var y = Tensor.Ones([1, 2, 5, 5], device: on).Conv2d(w);
        var g = Tensor.Ones(y.Shape, device: on);
        var before = backend.Launches;
        y.Backward(g);
        Assert.Equal(1, backend.Launches - before);
    }

    [Theory]
    [InlineData("same", 1, 6)]
    [InlineData("valid", 1, 3)]
    public void PaddingByName(string padding, long dilation, long size)
    {
        var y = Tensor.Ones([1, 1, 6]).Conv1d(Tensor.Ones([1, 1, 4]), padding: padding, dilation: dilation);
        Assert.Equal(size, y.Shape[2]);
        Assert.Equal(padding == "same" ? 3 : 4, y[0, 0, 0].Item().ToDouble());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void AWindowThatReachesFarTakesLittleMemory(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Ones([1, 400, 3], device: on).RequiresGrad_();
        var w = Tensor.Ones([2, 400, 3], device: on).RequiresGrad_();
        var y = x.Conv1d(w, padding: 1_000_000, dilation: 1_000_000);
        Assert.Equal([1, 2, 3], y.Shape);
        Assert.Equal(6 * 400, y.Sum().Item().ToDouble());
        y.Sum().Backward();
        Assert.Equal([0, 3, 0], w.Grad![1, 399].ToArray<float>());
        Assert.Equal(2 * 1200, x.Grad!.Sum().Item().ToDouble());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void AStrideBeyondTheInputIsNone(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Ones([1, 1, 2], device: on).RequiresGrad_();
        var w = Tensor.Ones([1, 1, 6], device: on).RequiresGrad_();
        var y = x.Conv1d(w, padding: 4, stride: long.MaxValue / 4);
        Assert.Equal([1, 1, 1], y.Shape);
        Assert.Equal(2, y.Sum().Item().ToDouble());
        y.Sum().Backward();
        Assert.Equal([0, 0, 0, 0, 1, 1], w.Grad!.Reshape([-1]).ToArray<float>());
        Assert.Equal([1, 1], x.Grad!.Reshape([-1]).ToArray<float>());
        Assert.Equal([1, 1, 4], Tensor.Ones([1, 1, 1], device: on)
            .ConvTranspose1d(Tensor.Ones([1, 1, 6], device: on), stride: 1L << 50, padding: 1).Shape);
        Assert.Throws<TensorRuntimeException>(
            () => Tensor.Ones([1, 1, 2], device: on).ConvTranspose1d(w, stride: long.MaxValue / 2));
        Assert.Throws<TensorRuntimeException>(() => x.Conv1d(w, padding: long.MaxValue));
    }

    [Theory, OnEachDevice]
    public void MessagesArePyTorchs(string device)
    {
        var on = TestDevices.GetWithFloat64(device);
        var (x, w) = (Ones(1, 2, 4, 4), Ones(3, 2, 3, 3));
        Says("Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [2, 5]",
            () => Ones(2, 5).Conv2d(w));
        Says("Given groups=1, weight of size [3, 2, 3, 3], expected input[1, 3, 4, 4] to have 2 channels, but got 3 " +
            "channels instead", () => Ones(1, 3, 4, 4).Conv2d(w));
        Says("Given groups=2, expected weight to be divisible by 2 at dimension 0, but got weight of size " +
            "[[3, 2, 3, 3]] instead", () => x.Conv2d(w, groups: 2));
        Says("Calculated padded input size per channel: (4 x 4). Kernel size: (7 x 7). Kernel size can't be greater " +
            "than actual input size", () => x.Conv2d(w, dilation: 3));
        Says("expected scalar type Float but found Double", () => x.Conv2d(w.To(DType.Float64)));
        Says("padding='same' is not supported for strided convolutions", () => x.Conv2d(w, stride: 2, padding: "same"));
        Says("\"slow_conv_transpose2d_out_cpu\" not implemented for 'Int'",
            () => x.To(DType.Int32).ConvTranspose2d(Ones(2, 3, 3, 3).To(DType.Int32)));
        Says("output padding must be smaller than either stride or dilation, but got output_padding_height: 1 " +
            "output_padding_width: 1 stride_height: 1 stride_width: 1 dilation_height: 1 dilation_width: 1",
            () => x.ConvTranspose2d(Ones(2, 3, 3, 3), outputPadding: 1));
        Says("Given input size per channel: (1 x 1). Calculated output size per channel: (1 x -1). Output size is " +
            "too small", () => Ones(1, 2, 1).ConvTranspose1d(Ones(2, 2, 1), padding: 1));

        Tensor Ones(params long[] shape) => Tensor.Ones(shape, device: on);

        static void Says(string message, Action call) =>
            Assert.StartsWith(message, Assert.Throws<TensorRuntimeException>(call).Message, StringComparison.Ordinal);
    }

    private static long[] Output(long[] size, long[] k, long[] s, long[] p, long[] d) =>
        [.. size.Select((z, i) => ((z + (2 * p[i]) - (d[i] * (k[i] - 1)) - 1) / s[i]) + 1)];

    // Small whole numbers, which every dtype holds.
    private static double[] Draw(Shape shape, int seed)
    {
        var random = new Random(seed);
        var values = new double[shape.ElementCount];
        for (var i = 0; i < values.Length; i++)
            values[i] = random.Next(-3, 4);
        return values;
    }

    private static void Check(double[] want, Tensor got, double epsilon)
    {
        var values = got.Detach().Contiguous().To(DType.Float64).To(ComputeDevice.Parse("cpu")).ToArray<double>();
        Assert.Equal(want.Length, values.Length);
        var largest = want.Max(Math.Abs);
        for (var i = 0; i < want.Length; i++)
            Assert.True(Math.Abs(want[i] - values[i]) <= epsilon * largest, $"{i}: {values[i]}, not {want[i]}");
    }

    // All products: places in the input, the weight and the result.
    private static void ForEachTerm(int form, Action<long, long, long> visit)
    {
        var (n, g, c, m, size, k, s, p, d) = Forms[form];
        var lead = new long[3 - size.Length];
        long[] One(long[] values, long fill) => [.. lead.Select(_ => fill), .. values];
        var output = One(Output(size, k, s, p, d), 1);
        (size, k, s, p, d) = (One(size, 1), One(k, 1), One(s, 1), One(p, 0), One(d, 1));
        var place = new long[3];
        for (var image = 0L; image < n; image++)
            for (var row = 0L; row < g * m; row++)
                for (var channel = 0L; channel < c; channel++)
                    for (var o = 0L; o < output[0] * output[1] * output[2]; o++)
                        for (var tap = 0L; tap < k[0] * k[1] * k[2]; tap++)
                        {
                            long[] at = [o / (output[1] * output[2]), o / output[2] % output[1], o % output[2]];
                            long[] of = [tap / (k[1] * k[2]), tap / k[2] % k[1], tap % k[2]];
                            var isInside = true;
                            for (var i = 0; i < 3; i++)
                            {
                                place[i] = (at[i] * s[i]) - p[i] + (of[i] * d[i]);
                                isInside &= place[i] >= 0 && place[i] < size[i];
                            }

                            if (!isInside)
                                continue;
                            var input = (((((image * g * c) + (row / m * c) + channel) * size[0]) + place[0]) * size[1]) + place[1];
                            visit(
                                (input * size[2]) + place[2],
                                (((row * c) + channel) * k[0] * k[1] * k[2]) + tap,
                                (((image * g * m) + row) * output[0] * output[1] * output[2]) + o);
                        }
    }
}
