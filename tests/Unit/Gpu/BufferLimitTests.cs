using KernelEngine.DirectCompute;
using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>Devices whose kernels have few buffers, as Direct3D's least: longer chains are cut.</summary>
[Collection(nameof(FusionCollection))]
public sealed class BufferLimitTests
{
    private const int Few = GpuLimits.LeastBuffers;

    // Eight operands and two results. What the first result needs is needed again for the second.
    private static readonly PointwiseFunction Ten = Pointwise.Define("ten", 8, x =>
    {
        var most = x[0] + (x[1] * x[2]) - (x[3] + (x[4] * (x[5] - (x[6] * x[7]))));
        return [most - (x[1] * x[0]), most + x[3]];
    });

    [Theory]
    [InlineData(1, 0xb000, 8)]
    [InlineData(1, 0xb100, 31)]
    [InlineData(2, 0xb000, 31)]
    [InlineData(3, 0xb100, 31)]
    public void Direct3D_says_how_many_by_tier_and_level(int tier, int level, int most) =>
        Assert.Equal(most, DirectComputeAdapter.MaxBuffersOf(tier, level));

    [Fact]
    public void Kernels_of_the_library_have_few_enough()
    {
        foreach (var kernel in ShaderCatalog.All)
        {
            foreach (var variant in kernel.AllVariants)
                Assert.InRange(variant.Accesses.Length, 1, Few);
        }
    }

    [Theory]
    [InlineData(FusionMode.Off)]
    [InlineData(FusionMode.Always)]
    public void No_kernel_has_more(FusionMode mode)
    {
        using var scope = new FusionScope(mode);
        var most = 0;
        var driver = new DiscardingDriver
        {
            MaxBuffers = Few,
            Building = code => most = Math.Max(most, code.Buffers),
        };
        Compute(new DiscardingBackend(driver).Device);
        Assert.Equal(Few, most);
    }

    [Theory]
    [InlineData(FusionMode.Off)]
    [InlineData(FusionMode.Always)]
    public void The_values_are_the_same(FusionMode mode)
    {
        DirectComputeBackend.Register();
        _ = TestDevices.Get("directcompute:0");
        Assert.SkipWhen(ShaderCompiler.WhyNone is not null, ShaderCompiler.WhyNone ?? "");
        using var scope = new FusionScope(mode);
        var device = new LimitedBackend().Devices[0];
        Assert.Equal(Few, device.Limits.MaxOperands);
        Assert.Equal(Compute(ComputeDevice.Parse("cpu")), Compute(device));
    }

    [Fact]
    public void Outputs_may_lie_where_inputs_do()
    {
        DirectComputeBackend.Register();
        _ = TestDevices.Get("directcompute:0");
        Assert.SkipWhen(ShaderCompiler.WhyNone is not null, ShaderCompiler.WhyNone ?? "");
        Assert.Equal(Rotate(ComputeDevice.Parse("cpu")), Rotate(new LimitedBackend().Devices[0]));

        static List<float[]> Rotate(ComputeDevice device)
        {
            var x = Enumerable.Range(0, 6).Select(i => Tensor.FromArray([i + 1f, i + 7f, 3f * i]).To(device)).ToArray();
            var e = x.Select((_, i) => Expr.Input(i, ValueKind.Float32)).ToArray();
            Operand[] inputs = [.. x.Select(t => new Operand(t.Storage.Resolve(), t.Layout, t.DType))];
            device.Backend.Run(new PointwiseLaunch
            {
                Program = PointwiseProgram.Of(
                    "rotate", [.. x.Select(t => t.DType)], [], [.. x[..4].Select(t => t.DType)],
                    [e[1] + e[4], e[2], e[3] * e[5], e[0] + e[1]]),
                Operands = [.. inputs, .. inputs[..4]],
            });
            return [.. x.Select(t => t.ToArray<float>())];
        }
    }

    [Fact]
    public void A_kernel_with_more_is_refused()
    {
        var driver = new DiscardingDriver { MaxBuffers = Few };
        var code = new KernelCode("much", KernelLanguage.OpenCl, default, "", Few + 1, (1, 1, 1), 0);
        var e = Assert.Throws<TensorRuntimeException>(() => driver.Build(code));
        Assert.Contains(
            "the kernel much has 9 buffers, and discard:0 takes at most 8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_are_kept_for_SpirV_alone()
    {
        var driver = new DiscardingDriver(KernelLanguage.Ptx);
        var code = new KernelCode("looks up", KernelLanguage.Ptx, default, "", 1, (1, 1, 1), 0) { Tables = [1, 2] };
        Assert.Throws<InvalidOperationException>(() => driver.Build(code));
    }

    // Small whole numbers: every device has the same values.
    private static List<float[]> Compute(ComputeDevice device)
    {
        var x = Enumerable.Range(1, 12).Select(i => Tensor.FromArray(
            [.. Enumerable.Range(0, 60).Select(k => (float)((k * i) % 7))]).Reshape([6, 10]).To(device)).ToArray();
        var results = Ten(x[..8]).ToList();
        results.AddRange(Ten([.. x[..7], x[8].Reshape([10, 6]).T])); // strides
        results.Add(x.Aggregate((a, b) => a - b));
        results.Add(x.Aggregate((a, b) => a + b).Sum(1));
        var halves = x.Select(t => t * 0.5).ToArray();
        results.AddRange(halves.Select(h => h + x[0]));
        results.Add(halves.Aggregate((a, b) => a + b));
        var leaves = Array.ConvertAll(x[..8], t => t.Detach().RequiresGrad_());
        Ten(leaves).Aggregate((a, b) => a * b).Sum().Backward();
        results.AddRange(leaves.Select(leaf => leaf.Grad!));
        x[3].Add_(x[1] * x[2]);
        results.Add(x[3]);
        device.Synchronize();
        return [.. results.Select(t => t.Contiguous().ToArray<float>())];
    }

    // Direct3D's first device as one of the least.
    private sealed class LimitedBackend : GpuBackend
    {
        public override string Name => "limited";

        protected override (IReadOnlyList<GpuAdapter> Found, string? WhyNone) Find()
        {
            var (adapters, why) = DirectComputeAdapter.Find();
            return ([.. adapters.Select(one => one with { Limits = one.Limits with { MaxBuffers = Few } })], why);
        }

        protected override GpuDriver Open(GpuAdapter adapter, string name)
        {
            Assert.True(Direct3D.CreateDevice(((DirectComputeAdapter)adapter).Handle, out var device) >= 0);
            try
            {
                return new DirectComputeDriver(adapter, device, default, name);
            }
            finally
            {
                device.Release();
            }
        }
    }
}
