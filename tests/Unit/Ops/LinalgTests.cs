namespace KernelEngine.Tests;

/// <summary>Factorisations and what is solved with them: values, forms in memory, large sizes, errors.</summary>
public sealed class LinalgTests
{
    public static TheoryData<string, int, int> Sizes
    {
        get
        {
            var rows = new TheoryData<string, int, int>();
            foreach (var device in TestDevices.All)
            {
                foreach (var (m, n) in new[]
                {
                    (0, 0), (1, 1), (0, 3), (3, 0), (2, 2), (7, 5), (5, 7), (17, 17), (40, 33), (33, 150), (150, 33),
                    (130, 130), (301, 299),
                })
                {
                    rows.Add(device.Data, m, n);
                }
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void FactorsMultiplyToTheMatrix(string device, int m, int n)
    {
        foreach (var a in Forms(TestDevices.Get(device), m, n))
        {
            var (p, l, u) = Linalg.Lu(a);
            Near(a, p.Matmul(l).Matmul(u));
            Assert.Equal(0, l.Triu(1).CountNonzero().Item<long>() + u.Tril(-1).CountNonzero().Item<long>());

            foreach (var mode in new[] { "reduced", "complete" })
            {
                var (q, r) = Linalg.Qr(a, mode);
                Near(a, q.Matmul(r));
                Orthonormal(q);
                Assert.Equal(0, r.Tril(-1).CountNonzero().Item<long>());
            }

            Near(Linalg.Qr(a).R, Linalg.Qr(a, "r").R);
            foreach (var full in new[] { true, false })
            {
                var (left, s, right) = Linalg.Svd(a, full);
                var least = Math.Min(m, n);
                Near(a, (left.Narrow(-1, 0, least) * s.Unsqueeze(-2)).Matmul(right.Narrow(-2, 0, least)));
                Orthonormal(left);
                Orthonormal(right.Mt);
                if (least > 1)
                    Assert.True(s.Narrow(-1, 0, least - 1).Ge(s.Narrow(-1, 1, least - 1)).All().Item().ToBoolean());
                Near(s, Linalg.Svdvals(a));
            }

            var inverse = Linalg.Pinv(a);
            Near(a, a.Matmul(inverse).Matmul(a));
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void SystemsAreSolved(string device, int n, int k)
    {
        var on = TestDevices.Get(device);
        foreach (var a in Forms(on, n, n))
        {
            var regular = a + (Tensor.Eye(n, dtype: a.DType, device: on) * 2 * Math.Sqrt(n + 1));
            foreach (var b in Forms(on, n, k, a.DType))
            {
                if (b.Rank > a.Rank)
                    continue;
                Near(b.ExpandAs(Linalg.Solve(regular, b)), regular.Matmul(Linalg.Solve(regular, b)));
                var turned = Linalg.Solve(regular, b.Mt, left: false);
                Near(b.Mt.ExpandAs(turned), turned.Matmul(regular));
                foreach (var (upper, unit) in new[] { (false, false), (true, false), (false, true), (true, true) })
                {
                    // Small beside the diagonal, so that solutions do not grow.
                    var triangle = unit ? regular / (4.0 * (n + 1)) : regular;
                    var part = upper ? triangle.Triu(unit ? 1 : 0) : triangle.Tril(unit ? -1 : 0);
                    if (unit)
                        part += Tensor.Eye(n, dtype: a.DType, device: on);
                    var x = Linalg.SolveTriangular(triangle, b, upper, true, unit);
                    Near(b.ExpandAs(x), part.Matmul(x));
                    x = Linalg.SolveTriangular(triangle, b.Mt, upper, false, unit);
                    Near(b.Mt.ExpandAs(x), x.Matmul(part));
                }
            }

            var unitMatrix = Tensor.Eye(n, dtype: a.DType, device: on);
            Near(unitMatrix.ExpandAs(regular), regular.Matmul(Linalg.Inv(regular)));
            var positive = a.Matmul(a.Mt) + (unitMatrix * (n + 1));
            var lower = Linalg.Cholesky(positive.Tril());
            Near(positive, lower.Matmul(lower.Mt));
            var above = Linalg.Cholesky(positive.Triu(), upper: true);
            Near(positive, above.Mt.Matmul(above));
            Near(Linalg.Inv(positive), lower.CholeskyInverse());
            var (values, vectors) = Linalg.Eigh(positive.Tril());
            Near(positive, (vectors * values.Unsqueeze(-2)).Matmul(vectors.Mt));
            Orthonormal(vectors);
            Near(values, Linalg.Eigvalsh(positive.Triu(), "U"));
            var (sign, logarithm) = Linalg.Slogdet(positive);
            Near(values.Log().Sum(-1), sign * logarithm);
        }
    }

    [Theory, OnEachDevice]
    public void SingularAndIllConditioned(string device)
    {
        var on = TestDevices.Get(device);
        var hilbert = 1.0 / (Tensor.Arange(1, 11, dtype: DType.Float64, device: on).Unsqueeze(1) +
            Tensor.Arange(0, 10, dtype: DType.Float64, device: on));
        var x = Tensor.Ones([10], DType.Float64, on);
        Assert.True((hilbert.Matmul(Linalg.Solve(hilbert, hilbert.Matmul(x))) - hilbert.Matmul(x)).Abs().Max()
            .Item<double>() < 1e-14);
        Assert.Equal(1.6e13, Linalg.Cond(hilbert).Item<double>(), 1e11);
        var rank1 = Tensor.Ones([4, 4], DType.Float64, on);
        Assert.Equal(1, Linalg.MatrixRank(rank1).Item<long>());
        Assert.Equal(double.PositiveInfinity, Linalg.Cond(rank1, 1).Item<double>());
        Assert.Equal(0, Linalg.Det(rank1).Item<double>());
        Assert.Equal(double.NegativeInfinity, rank1.Logdet().Item<double>());
        Near(rank1 / 16, Linalg.Pinv(rank1));
        var one = Tensor.Stack([Tensor.Eye(2, device: on), Tensor.Ones([2, 2], device: on)]);
        Assert.Equal([0, 2], Linalg.InvEx(one).Info.ToArray<int>());
        Assert.Equal([1], Linalg.CholeskyEx(-Tensor.Eye(3, device: on)).Info.Reshape([1]).ToArray<int>());

        // The gradient of a singular determinant is the adjugate's.
        var singular = Tensor.Of([[1.0, 2], [2, 4]]).Double().To(on).RequiresGrad_();
        Linalg.Det(singular).Backward();
        Near(Tensor.Of([[4.0, -2], [-2, 1]]).Double().To(on), singular.Grad!);
        var zero = Tensor.Zeros([2, 2], DType.Float64, on).RequiresGrad_();
        Linalg.MatrixNorm(zero).Backward();
        Assert.Equal(0, zero.Grad!.CountNonzero().Item<long>());
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.Get(device);
        var (ones, wide) = (Ones(2, 2), Ones(2, 3));
        var batch = Tensor.Stack([Tensor.Eye(2, device: on), ones]);
        Says("linalg.inv: A must be batches of square matrices, but they are 2 by 3 matrices", () => Linalg.Inv(wide));
        Says("linalg.inv: The input tensor A must have at least 2 dimensions.", () => Linalg.Inv(Ones(2)));
        Says("linalg.inv: Low precision dtypes not supported. Got Half", () => Linalg.Inv(ones.Half()));
        Says("\"lu_cpu\" not implemented for 'BFloat16'", () => Linalg.Det(ones.BFloat16()));
        Says("linalg.det: Expected a floating point or complex tensor as input. Got Long",
            () => Linalg.Det(ones.Long()));
        Says("linalg.solve: Incompatible shapes of A and B for the equation AX = B (2x2 and 3x1)",
            () => Linalg.Solve(ones, Ones(3)));
        Says("linalg.matrix_norm: Order 3 not supported.", () => Linalg.MatrixNorm(ones, 3));
        Says("linalg.matrix_norm: dims must be different. Got (0, 0)", () => Linalg.MatrixNorm(ones, "fro", [0, 0]));
        Says("linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got 3D.",
            () => Linalg.Norm(batch, 2));
        Says("einsum(): subscript i is repeated for operand 0 but the sizes don't match, 3 != 2",
            () => Tensor.Einsum("ii", wide));
        Says("einsum(): output subscript k does not appear in the equation for any input operand",
            () => Tensor.Einsum("ij->ik", wide));
        Says("einsum(): subscript in subscript list is not within the valid range [0, 52)",
            () => Tensor.Einsum([(wide, [0, 52])]));

        Tensor Ones(params long[] shape) => Tensor.Ones(shape, device: on);
    }

    // On GPUs what is wrong in data is thrown when somebody waits: GpuFailureTests.
    [Fact]
    public void ErrorsInDataSayWhatPyTorchSays()
    {
        var ones = Tensor.Ones(2, 2);
        var batch = Tensor.Stack([Tensor.Eye(2), ones]);
        Says("linalg.inv: The diagonal element 2 is zero, the inversion could not be completed because the input " +
            "matrix is singular.", () => Linalg.Inv(ones));
        Says("linalg.inv: (Batch element 1): The diagonal element 2 is zero", () => Linalg.Inv(batch));
        Says("torch.linalg.solve: (Batch element 1): The solver failed because the input matrix is singular.",
            () => Linalg.Solve(batch, ones));
        Says("linalg.cholesky: The factorization could not be completed because the input is not positive-definite " +
            "(the leading minor of order 2 is not positive-definite).", () => Linalg.Cholesky(ones));
        Says("Pivots given to lu_solve must all be smaller or equal to LU.size(-2).",
            () => Linalg.LuSolve(ones, Tensor.FromArray([1, 5]), ones));
        Assert.IsType<SingularMatrixException>(Assert.ThrowsAny<TensorException>(() => Linalg.Inv(ones)));
    }

    [Theory, OnEachDevice]
    public void Einsums(string device)
    {
        var on = TestDevices.Get(device);
        var random = new Random(7);
        Tensor a = Draw(random, 3, 4).To(on), b = Draw(random, 4, 5).To(on), c = Draw(random, 2, 3, 4).To(on);
        Near(a.Matmul(b), Tensor.Einsum("ij,jk", a, b));
        Near(a.Matmul(b).T, Tensor.Einsum(" i j , j k -> k i ", a, b));
        Near(a.Matmul(b), Tensor.Einsum([(a, [0, 1]), (b, [1, 51])], [0, 51]));
        Near(c.Matmul(b), Tensor.Einsum("...ij,jk->...ik", c, b));
        Near(c.Matmul(b), Tensor.Einsum("...j,jk", c, b));
        Near(c.Sum([0, 2]), Tensor.Einsum("bij->i", c));
        Near(a.T, Tensor.Einsum("ba", a));
        Near(a, Tensor.Einsum("aB->aB", a));
        Near(a.T, Tensor.Einsum("aB", a));
        Near((a * a).Sum(), Tensor.Einsum("ij,ij->", a, a));
        Near(Tensor.Einsum("ij,jk,bil->bkl", a, b, c), Tensor.Einsum("ik,bil->bkl", a.Matmul(b), c));
        Assert.Equal([2L, 5], Tensor.Einsum("ij,jk", a[..2, ..0], b[..0]).Shape.ToArray());
        Assert.Same(DType.Int64, Tensor.Einsum("ij,jk", a.Long(), b.Long()).DType);
    }

    private static Tensor Draw(Random random, params long[] shape) => Tensor.FromArray(
        Enumerable.Range(0, (int)new Shape(shape).ElementCount).Select(_ => (random.NextDouble() * 2) - 1).ToArray(),
        shape);

    /// <summary>A matrix in float64, a transposed one in float32, and a batch of steps through memory.</summary>
    private static IEnumerable<Tensor> Forms(ComputeDevice device, int m, int n, DType? only = null)
    {
        var random = new Random((m * 1000) + n);
        if (only != DType.Float32)
            yield return Draw(random, m, n).To(device);
        if (only != DType.Float64)
            yield return Draw(random, n, m).Float().To(device).Mt;
        if (m * n < 2000 && only != DType.Float32)
            yield return Draw(random, 2, 3, m, 2 * n).To(device).Slice(-1, 0, null, 2);
    }

    private static void Says(string message, Func<object> call) => Assert.StartsWith(
        message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);

    private static void Orthonormal(Tensor q) => Near(
        Tensor.Eye(q.Shape[^1], dtype: q.DType, device: q.Device).ExpandAs(q.Mt.Matmul(q)), q.Mt.Matmul(q));

    private static void Near(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape.ToArray(), actual.Shape.ToArray());
        Assert.Same(expected.DType, actual.DType);
        if (expected.ElementCount == 0)
            return;
        var scale = Math.Max(1, expected.Abs().Max().Item<double>());
        var error = (expected - actual).Abs().Max().Item<double>();
        var bound = (expected.DType == DType.Float64 ? 2e-13 : 1e-4) * scale;
        Assert.True(error <= bound, $"{error} is more than {bound}, {expected.Shape}");
    }
}
