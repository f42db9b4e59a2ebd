using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using KernelEngine.Cpu;

namespace KernelEngine.Tests.Cpu;

/// <summary>Every product is compared with a plain one in float64, and outputs lie between guards.</summary>
public sealed unsafe class GemmTests
{
    private const int Guard = 37;

    public enum Order
    {
        Rows,
        Columns,
        Gaps,
    }

    // A matrix in memory whose layout is one of several, and its values as float64.
    private sealed class Matrix<T> where T : unmanaged, INumberBase<T>
    {
        public readonly T[] Memory;
        public readonly double[] Values;
        public readonly nint Row, Column;

        // With across, the values are kept column after column.
        public Matrix(Random random, int rows, int columns, Order order, bool across = false)
        {
            (Row, Column) = order switch
            {
                Order.Rows => (columns + random.Next(3), 1),
                Order.Columns => (1, rows + random.Next(3)),
                _ => (columns * 3 + 2, 3),
            };
            Memory = new T[Math.Max(1, rows * Row + columns * Column)];
            for (var i = 0; i < Memory.Length; i++) Memory[i] = T.CreateTruncating(double.NaN);
            Values = new double[rows * columns];
            for (var r = 0; r < rows; r++)
            {
                for (var c = 0; c < columns; c++)
                {
                    var v = Draw<T>(random);
                    Memory[r * Row + c * Column] = v;
                    Values[across ? c * rows + r : r * columns + c] = double.CreateTruncating(v);
                }
            }
        }
    }

    private static T Draw<T>(Random random) where T : unmanaged, INumberBase<T> =>
        T.IsInteger(T.CreateTruncating(0.5)) && T.CreateTruncating(0.5) == T.Zero
            ? T.CreateTruncating(random.Next(-100, 100))
            : T.CreateTruncating(random.NextDouble() * 2 - 1);

    private static void Check<T>(
        Random random, int m, int n, int k, Order orderA, Order orderB, double alpha, double beta, bool bias,
        double unit) where T : unmanaged, INumberBase<T>
    {
        var a = new Matrix<T>(random, m, k, orderA);
        var b = new Matrix<T>(random, k, n, orderB, across: true);
        var row = n + random.Next(4);
        var c = new T[m * row + 2 * Guard];
        for (var i = 0; i < c.Length; i++) c[i] = beta == 0 ? T.CreateTruncating(double.NaN) : Draw<T>(random);
        var before = (T[])c.Clone();
        var biases = Enumerable.Range(0, n + 1).Select(_ => Draw<T>(random)).ToArray();
        fixed (T* pa = a.Memory, pb = b.Memory, pc = c, pBias = biases)
        {
            Gemm.Run(
                m, n, k, pa, a.Row, a.Column, pb, b.Row, b.Column, pc + Guard, row, T.CreateTruncating(alpha),
                T.CreateTruncating(beta), bias ? pBias : null);
        }
        for (var i = 0; i < c.Length; i++)
        {
            var at = i - Guard;
            if (at < 0 || row == 0 || at / row >= m || at % row >= n)
            {
                if (!c[i].Equals(before[i])) Assert.Fail($"wrote beyond C at {at} of {m}x{n}x{k}, row {row}");
                continue;
            }
            double sum = 0, size = 0;
            var (r, o) = (at / row, at % row);
            for (var d = 0; d < k; d++)
            {
                var term = a.Values[r * k + d] * b.Values[o * k + d];
                sum += term;
                size += Math.Abs(term);
            }
            var expected = alpha * sum + (bias ? double.CreateTruncating(biases[o]) : 0);
            size = Math.Abs(alpha) * size + Math.Abs(expected);
            if (beta != 0) expected += beta * double.CreateTruncating(before[i]);
            if (beta != 0) size += Math.Abs(beta * double.CreateTruncating(before[i]));
            // All terms could round the same way; the square root is what happens, with room.
            var most = unit * (4 + 2 * Math.Sqrt(k)) * size + double.Epsilon;
            var right = unit == 0 ? T.CreateTruncating((long)expected) == c[i]
                : Math.Abs(double.CreateTruncating(c[i]) - expected) <= most;
            if (right) continue;
            Assert.Fail(
                $"{typeof(T).Name} {m}x{n}x{k} {orderA} {orderB} [{r},{o}] alpha {alpha} beta {beta} bias {bias}: "
                + $"{c[i]} not {expected}");
        }
    }

    private static void Shapes<T>(int seed, int rounds, int most, double unit) where T : unmanaged, INumberBase<T>
    {
        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            var m = random.Next(6) == 0 ? 1 : random.Next(1, most);
            var n = random.Next(6) == 0 ? 1 : random.Next(1, most);
            var k = random.Next(12) == 0 ? random.Next(2) : random.Next(1, most);
            var alpha = random.Next(3) == 0 ? 2.0 : 1.0;
            var beta = random.Next(3) switch { 0 => 0.0, 1 => 1.0, _ => 3.0 };
            Check<T>(
                random, m, n, k, (Order)random.Next(3), (Order)random.Next(3), alpha, beta, random.Next(2) == 0, unit);
        }
    }

    [Fact]
    public void Float32() => Shapes<float>(1, 3000, 71, 6e-8);

    [Fact]
    public void Float64() => Shapes<double>(2, 1500, 71, 1.2e-16);

    [Fact]
    public void Float16() => Shapes<Half>(3, 300, 71, 5e-4);

    [Fact]
    public void Whole()
    {
        Shapes<sbyte>(4, 300, 60, 0);
        Shapes<byte>(5, 300, 60, 0);
        Shapes<short>(6, 300, 60, 0);
        Shapes<int>(7, 300, 60, 0);
        Shapes<long>(8, 300, 60, 0);
    }

    [Theory]
    [InlineData(200, 300, 700)]
    [InlineData(64, 784, 256)]
    [InlineData(64, 256, 784)]
    [InlineData(13, 1100, 600)]
    [InlineData(64, 2048, 1024)]
    [InlineData(256, 784, 64)]
    [InlineData(333, 1100, 129)]
    [InlineData(1, 300, 9000)]
    [InlineData(300, 1, 9000)]
    [InlineData(3, 5, 20000)]
    public void Large(int m, int n, int k)
    {
        var random = new Random(m + n + k);
        foreach (var a in Enum.GetValues<Order>())
        {
            foreach (var b in Enum.GetValues<Order>())
            {
                Check<float>(random, m, n, k, a, b, 1, a == b ? 1 : 0, a != b, 6e-8);
                if (m * n * k < 30_000_000) Check<double>(random, m, n, k, a, b, 0.5, 0, false, 1.2e-16);
            }
        }
        if (m * n * k < 20_000_000) Check<Half>(random, m, n, k, Order.Rows, Order.Columns, 1, 0, true, 5e-4);
    }

    [Fact]
    public void BFloat16()
    {
        var random = new Random(9);
        foreach (var (m, n, k) in new[] { (3, 4, 5), (40, 50, 60), (200, 300, 1100), (1, 70, 33), (17, 1, 40) })
        {
            var a = Enumerable.Range(0, m * k).Select(_ => Round(random.NextSingle() - 0.5f)).ToArray();
            var b = Enumerable.Range(0, n * k).Select(_ => Round(random.NextSingle() - 0.5f)).ToArray();
            var c = new BFloat16[m * n];
            fixed (BFloat16* pa = a, pb = b, pc = c)
                Gemm.Run(m, n, k, pa, k, 1, pb, 1, k, pc, n, Round(1), Round(0));
            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    var sum = 0.0;
                    for (var d = 0; d < k; d++)
                        sum += BFloat16Format.Widen(a[i * k + d]) * (double)BFloat16Format.Widen(b[j * k + d]);
                    Assert.Equal(sum, BFloat16Format.Widen(c[i * n + j]), Math.Abs(sum) / 250 + 1e-3);
                }
            }
        }
    }

    private static BFloat16 Round(float value)
    {
        BFloat16 bits;
        BFloat16Format.Narrow(&value, &bits, 1);
        return bits;
    }

    [Fact]
    public void SixteenBitsConvertExactly()
    {
        var bits = new ushort[1 << 16];
        for (var i = 0; i < bits.Length; i++) bits[i] = (ushort)i;
        var wide = new float[1 << 16];
        fixed (ushort* from = bits)
        fixed (float* to = wide)
        {
            HalfFormat.Widen((Half*)from, 1, to, bits.Length);
            for (var i = 0; i < bits.Length; i++)
            {
                var expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
                Assert.True(
                    float.IsNaN(expected) ? float.IsNaN(wide[i])
                        : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(wide[i]),
                    $"{i:x}");
            }
            BFloat16Format.Widen((BFloat16*)from, 1, to, bits.Length);
            for (var i = 0; i < bits.Length; i++)
                Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(wide[i]));
        }
        Assert.Equal(0x3f80, Round(1.00390625f).Bits);
        Assert.Equal(0x3f82, Round(1.01171875f).Bits);
        Assert.Equal(0x7f80, Round(float.MaxValue).Bits);
        Assert.True(float.IsNaN(BFloat16Format.Widen(Round(BitConverter.UInt32BitsToSingle(0x7f800001)))));
    }

    [Fact]
    public void EveryWidthGivesTheSameBits()
    {
        if (!Vector512.IsHardwareAccelerated) Assert.Skip("The machine has no vectors of 512 bits.");
        var random = new Random(10);
        for (var round = 0; round < 400; round++)
        {
            int m = random.Next(6) == 0 ? 1 : random.Next(1, 40), n = random.Next(6) == 0 ? 1 : random.Next(1, 99);
            var k = random.Next(1, 40) * (random.Next(4) == 0 ? 40 : 1);
            Widths<float, Vector512<float>, F32x16, Vector256<float>, F32x8, Vector128<float>, F32x4>(
                random, m, n, k);
            Widths<double, Vector512<double>, F64x8, Vector256<double>, F64x4, Vector128<double>, F64x2>(
                random, m, n, k);
        }
    }

    private static void Widths<T, V5, S5, V2, S2, V1, S1>(Random random, int m, int n, int k)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V5 : unmanaged where S5 : struct, KernelEngine.Cpu.ISimd<T, V5>
        where V2 : unmanaged where S2 : struct, KernelEngine.Cpu.ISimd<T, V2>
        where V1 : unmanaged where S1 : struct, KernelEngine.Cpu.ISimd<T, V1>
    {
        var a = new Matrix<T>(random, m, k, (Order)random.Next(3));
        var b = new Matrix<T>(random, k, n, (Order)random.Next(3));
        var (c5, c2, c1) = (new T[m * n], new T[m * n], new T[m * n]);
        fixed (T* pa = a.Memory, pb = b.Memory, p5 = c5, p2 = c2, p1 = c1)
        {
            var p = new Product<T>
            {
                M = m,
                N = n,
                K = k,
                A = pa,
                ARow = a.Row,
                AStep = a.Column,
                B = pb,
                BStep = b.Row,
                BColumn = b.Column,
                C = p5,
                Ldc = n,
                Alpha = T.One,
            };
            SimdEngine<T>.Block<T, V5, S5>(p, 0, m, 0, n);
            p.C = p2;
            SimdEngine<T>.Block<T, V2, S2>(p, 0, m, 0, n);
            p.C = p1;
            SimdEngine<T>.Block<T, V1, S1>(p, 0, m, 0, n);
        }
        Assert.True(Same(c5, c2), $"256 bits, {m}x{n}x{k}");
        Assert.True(Same(c5, c1), $"128 bits, {m}x{n}x{k}");
    }

    [Fact]
    public void ARowOfASmallBatchHasTheBitsThatItHasAlone()
    {
        var random = new Random(14);
        for (var round = 0; round < 60; round++)
        {
            int m = random.Next(2, 16), n = random.Next(1, 40), k = random.Next(8) == 0 ? 8192 : random.Next(64, 300);
            Rows(new Matrix<float>(random, m, k, Order.Rows), new Matrix<float>(random, k, n, Order.Columns), m, n, k);
            Rows(
                new Matrix<double>(random, m, k, Order.Rows), new Matrix<double>(random, k, n, Order.Columns), m, n, k);
        }
    }

    private static void Rows<T>(Matrix<T> a, Matrix<T> b, int m, int n, int k) where T : unmanaged, INumberBase<T>
    {
        var (together, alone) = (new T[m * n], new T[m * n]);
        fixed (T* pa = a.Memory, pb = b.Memory, pc = together, pd = alone)
        {
            Gemm.Run(m, n, k, pa, a.Row, a.Column, pb, b.Row, b.Column, pc, n, T.One, T.Zero);
            for (var i = 0; i < m; i++)
                Gemm.Run(1, n, k, pa + i * a.Row, a.Row, 1, pb, b.Row, b.Column, pd + i * n, n, T.One, T.Zero);
        }
        Assert.True(Same(together, alone), $"{m}x{n}x{k}");
    }

    private static bool Same<T>(T[] x, T[] y) where T : unmanaged =>
        MemoryMarshal.AsBytes<T>(x).SequenceEqual(MemoryMarshal.AsBytes<T>(y));

    [Fact]
    public void EveryNumberOfThreadsGivesTheSameBits()
    {
        var random = new Random(11);
        for (var round = 0; round < 60; round++)
        {
            var m = random.Next(5) == 0 ? 1 : random.Next(1, 300);
            var n = random.Next(5) == 0 ? 1 : random.Next(1, 300);
            var k = random.Next(1, 1300);
            Order first = (Order)random.Next(3), second = (Order)random.Next(3);
            Threaded(new Matrix<float>(random, m, k, first), new Matrix<float>(random, k, n, second), m, n, k);
            Threaded(new Matrix<Half>(random, m, k, first), new Matrix<Half>(random, k, n, second), m, n, k);
        }
    }

    private static void Threaded<T>(Matrix<T> a, Matrix<T> b, int m, int n, int k)
        where T : unmanaged, INumberBase<T>
    {
        T[]? one = null;
        foreach (var threads in new[] { 1, 2, 3, 7 })
        {
            var c = PoolThreads.With(threads, () =>
            {
                var c = new T[m * n];
                fixed (T* pa = a.Memory, pb = b.Memory, pc = c)
                    Gemm.Run(m, n, k, pa, a.Row, a.Column, pb, b.Row, b.Column, pc, n, T.One, T.Zero);
                return c;
            });
            one ??= c;
            Assert.True(Same(one, c), $"{threads} threads, {m}x{n}x{k}");
        }
    }

    [Fact]
    public void Batches()
    {
        var random = new Random(12);
        foreach (var (m, n, k) in new[] { (4, 5, 6), (1, 1, 1), (30, 20, 50), (70, 80, 90), (5, 1, 300) })
        {
            // A has both batch dimensions, B only the inner; C is laid out with a gap between the outer.
            var a = Enumerable.Range(0, 3 * 2 * m * k).Select(_ => random.NextSingle()).ToArray();
            var b = Enumerable.Range(0, 2 * k * n).Select(_ => random.NextSingle()).ToArray();
            var c = new float[3 * (2 * m * n + 5)];
            var shared = new float[6 * m * n];
            fixed (float* pa = a, pb = b, pc = c, ps = shared)
            {
                var p = new Product<float>
                {
                    M = m,
                    N = n,
                    K = k,
                    A = pa,
                    ARow = k,
                    AStep = 1,
                    B = pb,
                    BStep = n,
                    BColumn = 1,
                    C = pc,
                    Ldc = n,
                    Alpha = 1,
                };
                Gemm.Run(p, [3, 2], [2 * m * k, m * k], [0, k * n], [2 * m * n + 5, m * n]);
                p.C = ps;
                Gemm.Run(p, [6], [m * k], [0], [m * n]);
                Gemm.Run(p, [0], [m * k], [0], [m * n]);
            }
            for (var i = 0; i < 3; i++)
            {
                for (var j = 0; j < 2; j++)
                {
                    for (var e = 0; e < m * n; e++)
                    {
                        double sum = 0, other = 0;
                        for (var d = 0; d < k; d++)
                        {
                            var x = a[(i * 2 + j) * m * k + e / n * k + d];
                            sum += x * b[j * k * n + d * n + e % n];
                            other += x * b[d * n + e % n];
                        }
                        Assert.Equal(sum, c[i * (2 * m * n + 5) + j * m * n + e], 1e-4 * k);
                        Assert.Equal(other, shared[(i * 2 + j) * m * n + e], 1e-4 * k);
                    }
                }
            }
        }
    }

    [Fact]
    public void EmptyProducts()
    {
        var c = new[] { float.NaN, 2, 3, float.NaN };
        var bias = new float[] { 5, 6 };
        fixed (float* p = c, pBias = bias)
        {
            Gemm.Run<float>(0, 2, 3, null, 3, 1, null, 2, 1, p, 2, 1, 0);
            Gemm.Run<float>(2, 0, 3, null, 3, 1, null, 2, 1, p, 2, 1, 0);
            Assert.Equal([float.NaN, 2, 3, float.NaN], c);
            Gemm.Run(1, 2, 0, p, 1, 1, p, 1, 1, p + 1, 2, 1, 2);
            Assert.Equal([float.NaN, 4, 6, float.NaN], c);
            Gemm.Run(2, 2, 0, p, 1, 1, p, 1, 1, p, 2, 1, 0, pBias);
            Assert.Equal([5, 6, 5, 6], c);
            Gemm.Run<float>(2, 2, 0, null, 1, 1, null, 1, 1, p, 2, 1, 0);
            Assert.Equal([0, 0, 0, 0], c);
        }
    }

    [Fact]
    public void NotANumberAndInfinityPropagate()
    {
        foreach (var n in new[] { 1, 2, 17, 40 })
        {
            var a = new float[4 * 20];
            var b = new float[20 * n];
            Array.Fill(b, 1);
            a[25] = float.NaN;
            a[45] = float.PositiveInfinity;
            var c = new float[4 * n];
            fixed (float* pa = a, pb = b, pc = c) Gemm.Run(4, n, 20, pa, 20, 1, pb, n, 1, pc, n, 1, 0);
            for (var j = 0; j < n; j++)
            {
                Assert.Equal(0, c[j]);
                Assert.Equal(float.NaN, c[n + j]);
                Assert.Equal(float.PositiveInfinity, c[2 * n + j]);
            }
        }
    }

    [Fact]
    public void UnknownTypesAreRefused() => Assert.Throws<NotSupportedException>(() =>
    {
        var x = true;
        Gemm.Run(1, 1, 1, &x, 1, 1, &x, 1, 1, &x, 1, true, false);
    });
}
