using KernelEngine.Gpu;
using KernelEngine.Nn;
using KernelEngine.Tests.Conformance;

namespace KernelEngine.Tests.Gpu;

/// <summary>Products by matrix units, whose instructions the driver in software does as PTX's manual says.</summary>
[Collection(ConformanceCollection.Name)]
public class CudaMatrixUnitTests
{
    public static TheoryData<int, int, int, bool, bool> Forms => new()
    {
        { 128, 128, 64, false, false },
        { 33, 35, 17, false, false },
        { 130, 40, 72, true, false },
        { 40, 150, 40, false, true },
        { 64, 64, 33, true, true },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Float16_and_bfloat16_are_summed_up_in_float32(int m, int n, int depth, bool turnsA, bool turnsB)
    {
        Need();
        foreach (var dtype in (DType[])[DType.Float16, DType.BFloat16])
        {
            var (a, b) = Operands(m, n, depth, turnsA, turnsB, dtype);
            var expected = a.To(DType.Float32).Matmul(b.To(DType.Float32)).To(dtype).To(DType.Float32);
            var found = a.To(ComputeDevice.Cuda()).Matmul(b.To(ComputeDevice.Cuda())).To(ComputeDevice.Cpu())
                .To(DType.Float32);
            var unit = dtype == DType.Float16 ? 1f / 1024 : 1f / 128;
            CheckNear(expected, found, unit);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Float32_is_rounded_to_TF32_on_request_only(int m, int n, int depth, bool turnsA, bool turnsB)
    {
        Need();
        var (a, b) = Operands(m, n, depth, turnsA, turnsB, DType.Float32);
        var expected = a.Matmul(b);
        var (x, y) = (a.To(ComputeDevice.Cuda()), b.To(ComputeDevice.Cuda()));
        CheckNear(expected, x.Matmul(y).To(ComputeDevice.Cpu()), 1e-6f);
        CudaMath.AllowTf32 = true;
        try
        {
            var found = x.Matmul(y).To(ComputeDevice.Cpu());
            CheckNear(expected, found, 2e-3f);
            Assert.True((found - expected).Abs().Max().Item<float>() > 1e-4f);

            // Scaled, and added to something.
            var row = Tensor.Arange(n, dtype: DType.Float32);
            var sum = row.To(ComputeDevice.Cuda()).Addmm(x, y, beta: 2, alpha: 0.5);
            CheckNear((expected * 0.5) + (row * 2), sum.To(ComputeDevice.Cpu()), 2e-3f);
        }
        finally
        {
            CudaMath.AllowTf32 = false;
        }
    }

    [Fact]
    public void Loops_that_measure_the_units_do_what_they_count()
    {
        Need();
        foreach (var dtype in (DType[])[DType.Float16, DType.BFloat16, DType.Float32])
        {
            var ones = Tensor.Ones([16], dtype, ComputeDevice.Cuda());
            var sums = Tensor.Zeros([512], device: ComputeDevice.Cuda());
            sums.Storage.ResolveForWriting();
            var gpu = ((GpuBuffer)sums.Operand().Buffer).Owner;
            var operations = GpuKernels.LaunchUnitProducts(gpu, ones.Operand(), sums.Operand(), 3);
            Assert.Equal((dtype.Size == 2 ? 4096.0 : 2048.0) * 16 * 3 * 32, operations);
            Assert.All(sums.ToArray<float>(), sum => Assert.Equal(GpuKernels.SumOfUnits(dtype, 3), sum));
        }
    }

    [Theory]
    [InlineData(150, 72, 100)] // rows of 16 bytes
    [InlineData(264, 136, 44)] // 8 bytes
    [InlineData(33, 35, 17)] // any
    public void Tiles_of_every_shape_give_the_same_bits(int m, int n, int depth)
    {
        Need();
        foreach (var dtype in (DType[])[DType.Float16, DType.BFloat16, DType.Float32])
        {
            foreach (var (turnsA, turnsB) in ((bool, bool)[])[(false, false), (true, false), (false, true), (true, true)])
            {
                // A part of a larger matrix ends within 16 bytes, and what is behind it is no number.
                var (a, b) = Operands(m + 8, n + 8, depth + 8, turnsA, turnsB, dtype);
                a[m..] = float.NaN;
                a[.., depth..] = float.NaN;
                b[depth..] = float.NaN;
                b[.., n..] = float.NaN;
                var (x, y) = (a.To(ComputeDevice.Cuda())[..m, ..depth], b.To(ComputeDevice.Cuda())[..depth, ..n]);
                var expected = a[..m, ..depth].To(DType.Float32).Matmul(b[..depth, ..n].To(DType.Float32)) * 1.5;
                var results = GpuKernels.TilesOfUnits.Select(tile =>
                {
                    var dst = Tensor.Zeros([m, n], dtype, ComputeDevice.Cuda());
                    dst.Storage.ResolveForWriting();
                    var gpu = ((GpuBuffer)dst.Operand().Buffer).Owner;
                    GpuKernels.MultiplyBy(tile, gpu, x.Operand(), y.Operand(), dst.Operand(), 1.5, 0);
                    return dst.To(ComputeDevice.Cpu()).To(DType.Float32);
                }).ToArray();
                CheckNear(expected, results[0], dtype == DType.BFloat16 ? 1f / 128 : 1f / 1024);
                foreach (var other in results[1..])
                    Assert.True(results[0].View(DType.Int32).Equal(other.View(DType.Int32)));
            }
        }
    }

    [Fact]
    public void Convolutions_use_them_too()
    {
        Need();
        Generator.Default.ManualSeed(5);
        var x = Tensor.Randn([2, 8, 12, 12]).To(DType.Float16);
        var weight = Tensor.Randn([40, 8, 3, 3]).To(DType.Float16);
        var expected = Functional.Conv2d(x.To(DType.Float32), weight.To(DType.Float32));
        var found = Functional.Conv2d(x.To(ComputeDevice.Cuda()), weight.To(ComputeDevice.Cuda()));
        CheckNear(expected, found.To(ComputeDevice.Cpu()).To(DType.Float32), 1f / 1024);
    }

    private static void Need() =>
        Assert.SkipUnless(GpuEnvironment.IsCudaSoftware, "there is no CUDA driver in software here");

    private static (Tensor A, Tensor B) Operands(
        int m, int n, int depth, bool turnsA, bool turnsB, DType dtype)
    {
        Generator.Default.ManualSeed(7);
        var a = Tensor.Randn(turnsA ? [depth, m] : [m, depth]).To(dtype);
        var b = Tensor.Randn(turnsB ? [n, depth] : [depth, n]).To(dtype);
        return (turnsA ? a.T : a, turnsB ? b.T : b);
    }

    private static void CheckNear(Tensor expected, Tensor found, float unit)
    {
        var bound = 2 * unit * (expected.Abs().Max().Item<float>() + 1);
        Assert.Equal(expected.Shape, found.Shape);
        Assert.InRange((expected - found).Abs().Max().Item<float>(), 0, bound);
    }
}
