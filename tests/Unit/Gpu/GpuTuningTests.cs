using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>Choosing among kernels by measurement: once for each class of shapes, kept on disk, the same bits.</summary>
[Collection(GpuCountsCollection.Name)]
public class GpuTuningTests
{
    private static readonly TuningFamily Family = new("test", 7, ["first", "second", "third"]);

    [Theory]
    [InlineData("vulkan:0")]
    [InlineData("opencl:0")]
    [InlineData("directcompute:0")]
    [InlineData("cuda:0")]
    public void Tiles_of_every_shape_give_the_same_bits(string name)
    {
        var device = TestDevices.Get(name);
        Assert.SkipWhen(
            name.StartsWith("directcompute", StringComparison.Ordinal) && DirectCompute.ShaderCompiler.WhyNone is not null,
            DirectCompute.ShaderCompiler.WhyNone ?? "");
        Generator.Default.ManualSeed(11);

        // A processor's compiler takes long over tiles that it is never given otherwise.
        foreach (var dtype in name == "opencl:0" ? [DType.Float32] : (DType[])[DType.Float32, DType.Float16])
        {
            foreach (var (turnsA, turnsB, beta) in ((bool, bool, double)[])[(false, false, 0), (true, true, 0.5)])
            {
                var a = Tensor.Randn(turnsA ? [37, 131] : [131, 37]).To(dtype).To(device);
                var b = Tensor.Randn(turnsB ? [35, 37] : [37, 35]).To(dtype).To(device);
                var start = Tensor.Randn([131, 35]).To(dtype).To(device);
                (a, b) = (turnsA ? a.T : a, turnsB ? b.T : b);
                var expected = (a.To(DType.Float32).To(ComputeDevice.Cpu())
                    .Matmul(b.To(DType.Float32).To(ComputeDevice.Cpu())) * 1.5) +
                    (start.To(DType.Float32).To(ComputeDevice.Cpu()) * beta);
                var results = GpuKernels.Tiles.Select(tile =>
                {
                    var dst = start.Clone();
                    dst.Storage.ResolveForWriting();
                    var gpu = ((GpuBuffer)dst.Operand().Buffer).Owner;
                    GpuKernels.MultiplyBy(tile, gpu, a.Operand(), b.Operand(), dst.Operand(), 1.5, beta);
                    return dst.To(DType.Float32).To(ComputeDevice.Cpu());
                }).ToArray();
                var unit = dtype == DType.Float32 ? 1e-5 : dtype == DType.Float16 ? 2e-3 : 1.6e-2;
                Assert.InRange((results[0] - expected).Abs().Max().Item<float>(), 0, 40 * unit);
                for (var i = 1; i < results.Length; i++)
                {
                    Assert.True(
                        results[0].View(DType.Int32).Equal(results[i].View(DType.Int32)),
                        $"{GpuKernels.Tiles[i].Kernel.Name} of {dtype} is another");
                }
            }
        }
    }

    [Fact]
    public void The_fastest_is_chosen_once_and_kept()
    {
        using var folder = new CacheFolder();
        using var on = new Variable(GpuTuning.Variable, "on");
        var (driver, gpu) = Open();
        driver.Taking = name => name == "matmul_large_tiles.f32.ADDEND0" ? 10 : 20;
        Multiply(gpu, 200);
        var launches = Launches(driver, () => Multiply(gpu, 200));
        Assert.Equal(["matmul_large_tiles.f32.ADDEND0"], launches);
        Assert.Equal(["matmul_large_tiles.f32.ADDEND0"], Launches(driver, () => Multiply(gpu, 256)));
        Assert.Single(Directory.GetFiles(folder.Path, "tuned-*"));

        // Another process finds it, and measures nothing.
        var (second, other) = Open();
        second.Taking = _ => throw new InvalidOperationException("nothing is measured again");
        Multiply(other, 200);
        Assert.Equal("matmul_large_tiles.f32.ADDEND0", Launches(second, () => Multiply(other, 200)).Single());

        // Another class is measured for itself.
        driver.Taking = name => name.StartsWith("matmul_small", StringComparison.Ordinal) ? 10 : 20;
        Multiply(gpu, 20);
        Assert.Equal(["matmul_small_tiles.f32.ADDEND0"], Launches(driver, () => Multiply(gpu, 20)));
        Assert.Equal(2, Directory.GetFiles(folder.Path, "tuned-*").Length);
    }

    [Fact]
    public void A_file_that_is_cut_or_names_nothing_is_none()
    {
        using var folder = new CacheFolder();
        using var on = new Variable(GpuTuning.Variable, "on");
        var (driver, gpu) = Open();
        driver.Taking = _ => 5;
        Assert.Equal(2, Choose(gpu, driver, i => i == 2 ? 1 : 5));
        var file = Directory.GetFiles(folder.Path, "tuned-*").Single();
        var bytes = File.ReadAllBytes(file);
        foreach (var content in (byte[][])[[], bytes[..^1], [.. bytes[..^1], (byte)'x'], new byte[500]])
        {
            File.WriteAllBytes(file, content);
            var (again, fresh) = Open();
            Assert.Equal(1, Choose(fresh, again, i => i == 1 ? 1 : 5));
        }

        DiskCache.Write(Path.GetFileName(file), gpu.Limits.Identity, "nobody"u8);
        var (last, newest) = Open();
        Assert.Equal(0, Choose(newest, last, i => i == 0 ? 1 : 5));
    }

    [Fact]
    public void Measuring_ends_in_time_and_where_nobody_can_tell()
    {
        using var folder = new CacheFolder();
        using var on = new Variable(GpuTuning.Variable, "on");
        var (driver, gpu) = Open();
        var launches = 0;

        // The second candidate ends it within the first round: nothing is known of the third.
        Assert.Equal(0, Choose(gpu, driver, _ => 15e6, () => launches++));
        Assert.Equal(2, launches);
        var (mute, other) = Open();
        Assert.Equal(0, Choose(other, mute, _ => 0));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void It_is_off_where_times_say_little()
    {
        using var folder = new CacheFolder();
        foreach (var value in (string?[])[null, "off"])
        {
            using var variable = new Variable(GpuTuning.Variable, value);
            var (driver, gpu) = Open();
            driver.Taking = _ => throw new InvalidOperationException("nothing is measured");
            Assert.True(gpu.Tuning.TryFind(Family, 1, out var choice));
            Assert.Equal(0, choice);
            Assert.Equal(["matmul_tiles.f32.ADDEND0"], Launches(driver, () => Multiply(gpu, 200)));
        }

        using var wrong = new Variable(GpuTuning.Variable, "perhaps");
        var (_, third) = Open();
        Assert.Contains(
            "'perhaps'", Assert.Throws<TensorRuntimeException>(() => third.Tuning.TryFind(Family, 1, out _)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_has_nothing_of_it()
    {
        using var folder = new CacheFolder();
        using var on = new Variable(GpuTuning.Variable, "on");
        var (driver, gpu) = Open();
        driver.Taking = _ => 5;
        using var profile = gpu.Device.Profile();
        Choose(gpu, driver, _ => 5);
        Assert.Empty(profile.Read());
    }

    private static int Choose(GpuDevice gpu, DiscardingDriver driver, Func<int, double> time, Action? launched = null)
    {
        var tile = GpuKernels.Tiles[0];
        using var a = gpu.Temporary([4, 4], DType.Float32);
        using var dst = gpu.Temporary([4, 4], DType.Float32);
        var operands = (A: a.Operand, Dst: dst.Operand);
        return gpu.Tuning.TryFind(Family, 1, out var choice) ? choice : gpu.Tuning.Choose(Family, 1, i =>
        {
            driver.Taking = _ => time(i);
            launched?.Invoke();
            GpuKernels.MultiplyBy(tile, gpu, operands.A, operands.A, operands.Dst, 1, 0);
        });
    }

    private static (DiscardingDriver Driver, GpuDevice Gpu) Open()
    {
        var driver = new DiscardingDriver(KernelLanguage.SpirV);
        var backend = new DiscardingBackend(driver);
        return (driver, backend.Of(backend.Device));
    }

    private static void Multiply(GpuDevice gpu, int size)
    {
        var x = Tensor.Ones([size, size], device: gpu.Device);
        x.Matmul(x).Storage.Resolve();
        gpu.Device.Flush();
    }

    // The products that an action launches.
    private static List<string> Launches(DiscardingDriver driver, Action action)
    {
        var names = new List<string>();
        driver.Submitted = batch => names.AddRange(batch.CommandList.Select(c => c.Name)
            .Where(n => n.StartsWith("matmul", StringComparison.Ordinal)));
        action();
        driver.Submitted = null;
        return names;
    }

    private sealed class Variable : IDisposable
    {
        private readonly string name;
        private readonly string? before;

        public Variable(string name, string? value)
        {
            (this.name, before) = (name, Environment.GetEnvironmentVariable(name));
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(name, before);
    }
}
