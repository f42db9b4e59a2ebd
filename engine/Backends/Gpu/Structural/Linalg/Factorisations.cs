namespace KernelEngine.Gpu;

/// <content>
/// Triangular equations and factorisations, over batches: small matrices in one launch, larger ones by halves, so that
/// nearly all of their work is a product of matrices.
/// </content>
internal static partial class GpuKernels
{
    // What one group of threads does at once.
    private const long SmallMatrix = 64;

    private static readonly ShaderKernel CholeskyColumns =
        ShaderKernel.Define("cholesky", "linalg/cholesky.kernel")
            .ReadsWrites("a").ReadsWrites("info", Element.Int32)
            .Layout("a").Layout("info").Int("count").Int("n").Int("row").Int("first")
            .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel LuColumns = ShaderKernel.Define("lu_factor", "linalg/lu_factor.kernel")
        .ReadsWrites("a").ReadsWrites("pivots", Element.Int32).ReadsWrites("info", Element.Int32)
        .Layout("a").Layout("pivots").Layout("info")
        .Int("count").Int("m").Int("n").Int("steps").Int("row").Int("pivot_step").Int("first")
        .Shared("largest", Element.C, 64).Shared("places", Element.Int32, 64)
        .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel RowSwaps = ShaderKernel.Define("swap_rows", "linalg/swap_rows.kernel")
        .ReadsWrites("x").Reads("pivots", Element.Int32)
        .Layout("x").Layout("pivots")
        .Int("count").Int("rows").Int("columns").Int("row").Int("column").Int("steps").Int("pivot_step")
        .Int("first").Int("reverse")
        .Faults().Widths(4, 8);

    private static readonly ShaderKernel TriangularRows =
        ShaderKernel.Define("triangular_solve", "linalg/triangular_solve.kernel")
            .Reads("a").ReadsWrites("x")
            .Layout("a").Layout("x").Int("count").Int("n").Int("columns")
            .Int("a_row").Int("a_column").Int("x_row").Int("x_column").Int("upper").Int("unit")
            .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel FirstFailure =
        ShaderKernel.Define("first_failure", "linalg/first_failure.kernel")
            .Reads("info", Element.Int32).Layout("info").Int("count")
            .Shared("places", Element.Int32, 64)
            .Faults();

    private static readonly ShaderKernel[] FactorShaders =
        [CholeskyColumns, LuColumns, RowSwaps, TriangularRows, FirstFailure];

    private static void AddFactorisations(Adding add)
    {
        add(CholeskyFactor.Kernel.Name, GpuTypes.Reals, RunCholesky);
        add(LuFactors.Factor.Name, GpuTypes.Reals, RunLu);
        add(LuFactors.SwapRows.Name, GpuTypes.Reals, RunSwaps);
        add(TriangularSystem.Kernel.Name, GpuTypes.Reals, RunTriangular);
    }

    private static void RunCholesky(in StructuralLaunch launch, GpuDevice gpu)
    {
        using var a = RowMajor(launch.Operands[0], gpu);
        Cholesky(gpu, a.Operand, launch.Operands[1], 0);
        CheckInfo(gpu, launch.Operands[1], (FactorFault)launch.Integers[0]);
        gpu.CopyBack(a, launch.Operands[0]);
    }

    private static void RunLu(in StructuralLaunch launch, GpuDevice gpu)
    {
        using var a = RowMajor(launch.Operands[0], gpu);
        var (pivots, info) = (launch.Operands[1], launch.Operands[2]);
        var (m, n) = (a.Operand.Layout.Shape[^2], a.Operand.Layout.Shape[^1]);
        if (n <= m)
            Lu(gpu, a.Operand, pivots, info, 0);
        else
        {
            // The square first, then what lies beside it.
            var right = Part(a.Operand, 0, m, m, n - m);
            Lu(gpu, Part(a.Operand, 0, m, 0, m), pivots, info, 0);
            Swap(gpu, right, pivots, 0, reverse: false, IndexFault.UnpackPivot);
            Solve(gpu, Part(a.Operand, 0, m, 0, m), right, upper: false, unit: true);
        }

        CheckInfo(gpu, info, (FactorFault)launch.Integers[0]);
        gpu.CopyBack(a, launch.Operands[0]);
    }

    private static void RunSwaps(in StructuralLaunch launch, GpuDevice gpu) => Swap(
        gpu, launch.Operands[0], launch.Operands[1], 0, launch.Integers[0] != 0, (IndexFault)launch.Integers[1]);

    private static void RunTriangular(in StructuralLaunch launch, GpuDevice gpu) =>
        Solve(gpu, launch.Operands[0], launch.Operands[1], launch.Integers[0] != 0, launch.Integers[1] != 0);

    private static void Cholesky(GpuDevice gpu, in Operand a, in Operand info, long first)
    {
        var n = a.Layout.Shape[^1];
        if (n <= SmallMatrix)
        {
            var count = info.Layout.ElementCount;
            gpu.Launch(CholeskyColumns, a.DType).Buffer(a).Buffer(info)
                .Layout(Lead(a.Layout)).Layout(info.Layout)
                .Int(count).Int(n).Int(a.Layout.Strides[^2]).Int(first)
                .Groups(GroupsFor(count));
            return;
        }

        var half = HalfOf(n);
        var below = Part(a, half, n - half, 0, half);
        var corner = Part(a, half, n - half, half, n - half);
        var above = Part(a, 0, half, half, n - half);
        Cholesky(gpu, Part(a, 0, half, 0, half), info, first);

        // The rows below are the columns of what the transposed equation is solved for.
        Solve(gpu, Part(a, 0, half, 0, half), Turned(below), upper: false, unit: false);
        Subtract(gpu, below, Turned(below), corner);
        Cholesky(gpu, corner, info, first + half);
        gpu.Fill(above, 0);
    }

    // Pivots count rows of the whole matrix, of which this part begins at a row.
    private static void Lu(GpuDevice gpu, in Operand a, in Operand pivots, in Operand info, long first)
    {
        var (m, n) = (a.Layout.Shape[^2], a.Layout.Shape[^1]);
        if (n <= (m < 1500 ? SmallMatrix / 2 : 8))
        {
            var count = info.Layout.ElementCount;
            gpu.Launch(LuColumns, a.DType).Buffer(a).Buffer(pivots).Buffer(info)
                .Layout(Lead(a.Layout)).Layout(LeadOfRows(pivots.Layout)).Layout(info.Layout)
                .Int(count).Int(m).Int(n).Int(Math.Min(m, n)).Int(a.Layout.Strides[^2])
                .Int(pivots.Layout.Strides[^1]).Int(first)
                .Groups(GroupsFor(count));
            return;
        }

        var half = HalfOf(n);
        var (left, right) = (Part(a, 0, m, 0, half), Part(a, 0, m, half, n - half));
        var (top, below) = (Part(right, 0, half, 0, n - half), Part(right, half, m - half, 0, n - half));
        var (before, after) = (Part(pivots, 0, half), Part(pivots, half, n - half));
        var beside = Part(left, half, m - half, 0, half);
        Lu(gpu, left, before, info, first);
        Swap(gpu, right, before, first, reverse: false, IndexFault.UnpackPivot);
        Solve(gpu, Part(left, 0, half, 0, half), top, upper: false, unit: true);
        Subtract(gpu, beside, top, below);
        Lu(gpu, below, after, info, first + half);
        Swap(gpu, beside, after, first + half, reverse: false, IndexFault.UnpackPivot);
    }

    private static void Swap(
        GpuDevice gpu, in Operand x, in Operand pivots, long first, bool reverse, IndexFault fault)
    {
        var (rows, columns) = (x.Layout.Shape[^2], x.Layout.Shape[^1]);
        if (x.Layout.ElementCount == 0)
            return;
        var count = x.Layout.ElementCount / (rows * columns);
        gpu.Launch(RowSwaps, x.DType).Buffer(x).Buffer(pivots)
            .Layout(Lead(x.Layout)).Layout(LeadOfRows(pivots.Layout))
            .Int(count).Int(rows).Int(columns).Int(x.Layout.Strides[^2]).Int(x.Layout.Strides[^1])
            .Int(Math.Min(rows, pivots.Layout.Shape[^1])).Int(pivots.Layout.Strides[^1])
            .Int(first).Int(reverse ? 1 : 0)
            .Fault(fault, 0, rows)
            .Over(count * columns);
    }

    private static void Solve(GpuDevice gpu, in Operand a, in Operand x, bool upper, bool unit)
    {
        var (n, columns) = (x.Layout.Shape[^2], x.Layout.Shape[^1]);
        if (x.Layout.ElementCount == 0)
            return;
        if (n <= SmallMatrix)
        {
            var count = x.Layout.ElementCount / (n * columns);
            gpu.Launch(TriangularRows, x.DType).Buffer(a).Buffer(x)
                .Layout(Lead(a.Layout)).Layout(Lead(x.Layout)).Int(count).Int(n).Int(columns)
                .Int(a.Layout.Strides[^2]).Int(a.Layout.Strides[^1])
                .Int(x.Layout.Strides[^2]).Int(x.Layout.Strides[^1])
                .Int(upper ? 1 : 0).Int(unit ? 1 : 0)
                .Groups(GroupsFor(count * ((columns + 15) / 16)));
            return;
        }

        var half = HalfOf(n);
        var (first, last) = (Part(a, 0, half, 0, half), Part(a, half, n - half, half, n - half));
        var (top, rest) = (Part(x, 0, half, 0, columns), Part(x, half, n - half, 0, columns));
        if (upper)
        {
            Solve(gpu, last, rest, upper, unit);
            Subtract(gpu, Part(a, 0, half, half, n - half), rest, top);
            Solve(gpu, first, top, upper, unit);
        }
        else
        {
            Solve(gpu, first, top, upper, unit);
            Subtract(gpu, Part(a, half, n - half, 0, half), top, rest);
            Solve(gpu, last, rest, upper, unit);
        }
    }

    // Throws, later, for the first matrix of a batch that has failed.
    private static void CheckInfo(GpuDevice gpu, in Operand info, FactorFault fault)
    {
        if (fault == FactorFault.None)
            return;
        gpu.Launch(FirstFailure.Find()).Buffer(info).Layout(info.Layout).Int(info.Layout.ElementCount)
            .Fault(fault, info.Layout.Rank > 0)
            .Groups(1);
    }

    // c -= a · b.
    private static void Subtract(GpuDevice gpu, in Operand a, in Operand b, in Operand c)
    {
        if (c.Layout.ElementCount == 0)
            return;
        using var sum = gpu.Temporary(c.Layout.Shape, c.DType);
        gpu.Run(new StructuralLaunch
        {
            Kernel = Matmul.Kernel,
            Operands = [a, b, sum.Operand, c],
            Reals = [-1, 1],
        });
        gpu.Copy(sum.Operand, c);
    }

    private static long HalfOf(long n) => ((n / 2) + 7) & ~7;

    private static int GroupsFor(long count) => (int)Math.Clamp(count, 1, 65535);

    private static Operand Part(in Operand matrix, long row, long rows, long column, long columns)
    {
        var layout = matrix.Layout;
        var (shape, strides) = (layout.Shape.ToArray(), layout.Strides.ToArray());
        (shape[^2], shape[^1]) = (rows, columns);
        return matrix with
        {
            Layout = new(new(shape), strides, layout.Offset + (row * strides[^2]) + (column * strides[^1])),
        };
    }

    private static Operand Part(in Operand pivots, long from, long count)
    {
        var layout = pivots.Layout;
        var (shape, strides) = (layout.Shape.ToArray(), layout.Strides.ToArray());
        shape[^1] = count;
        return pivots with { Layout = new(new(shape), strides, layout.Offset + (from * strides[^1])) };
    }

    private static Operand Turned(in Operand matrix) => matrix with { Layout = matrix.Layout.Transposed };

    private static Layout LeadOfRows(Layout layout) =>
        new(new(layout.Shape.ToArray()[..^1]), layout.Strides[..^1].ToArray(), layout.Offset);

    // Rows of adjacent elements: the operand itself, or a copy to be copied back.
    private static Temporary RowMajor(in Operand matrix, GpuDevice gpu) =>
        matrix.Layout.Strides[^1] == 1 || matrix.Layout.Shape[^1] <= 1
            ? new(matrix, isOwned: false)
            : gpu.Contiguous(matrix);
}
