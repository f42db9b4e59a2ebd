using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>The mean of each window: rows of windows at once.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddAveragePooling(Adding add)
    {
        static bool Takes(int operand, DType dtype) => dtype.IsFloatingPoint || dtype == DType.Int64;
        add("avg_pool", RunAvgPool, Takes);
        add("avg_pool_backward", RunAvgPoolBackward, Takes);
    }

    private static void RunAvgPool(in StructuralLaunch launch)
    {
        if (!AvgPoolPairs.Forward(launch))
            Elements.Own<AvgPoolForward>(launch);
    }

    private static void RunAvgPoolBackward(in StructuralLaunch launch)
    {
        if (!AvgPoolPairs.Backward(launch))
            Elements.Own<AvgPoolBackward>(launch);
    }

    /// <summary>What sums of windows are divided by.</summary>
    private readonly struct Divisors<TWide> where TWide : unmanaged, INumber<TWide>
    {
        private readonly TWide* columns;
        private readonly long divisor;
        private readonly bool includesPadding;

        public Divisors(Workspace workspace, in Windows width, long padded, ReadOnlySpan<long> integers)
        {
            (includesPadding, divisor) = (integers[12] != 0, integers[13]);
            columns = (TWide*)workspace.Take((nint)(padded * sizeof(TWide)));
            for (var x = 0L; x < padded; x++)
            {
                columns[x] = TWide.CreateTruncating(
                    divisor != 0 ? 1 : x < width.Count ? width.Elements(x, includesPadding) : 1);
            }
        }

        /// <summary>The factor that all windows of a row have.</summary>
        public TWide Of(in Windows depth, long d, in Windows height, long h) => TWide.CreateTruncating(
            divisor != 0 ? divisor : depth.Elements(d, includesPadding) * height.Elements(h, includesPadding));

        /// <summary>Divides the sums of a vector of windows.</summary>
        public Vector<TWide> Divide(Vector<TWide> sums, TWide row, long x) =>
            sums / (Vector.Load(columns + x) * row);
    }

    private readonly struct AvgPoolForward : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var (input, output) = (launch.Operands[0].Layout, launch.Operands[1].Layout);
            fixed (byte* from = &FirstOf(launch.Operands[0]), to = &FirstOf(launch.Operands[1]))
            fixed (long* integers = launch.Integers)
            {
                var job = new AvgPoolJob<T, TWide, TElement>
                {
                    Input = new(from, input),
                    Output = new(to, output),
                    Integers = integers,
                    Depth = WindowsOf(launch, input, output, 0),
                    Height = WindowsOf(launch, input, output, 1),
                    Width = WindowsOf(launch, input, output, 2),
                };
                var work = output.Shape[4] * launch.Integers[0] * launch.Integers[1] * launch.Integers[2];
                (var blocks, job.RowsPerBlock) = BlocksOf(job.Output.Rows, work);
                WorkerPool.Run(job, blocks, job.Output.Rows * work / 4);
            }
        }
    }

    private struct AvgPoolJob<T, TWide, TElement> : IJob
        where T : unmanaged
        where TWide : unmanaged, INumber<TWide>
        where TElement : struct, IElement<T, TWide>
    {
        public Planes<T> Input;
        public Planes<T> Output;
        public long* Integers;
        public Windows Depth;
        public Windows Height;
        public Windows Width;
        public long RowsPerBlock;

        public readonly void Invoke(int block)
        {
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            var columns = new Columns<TWide>(workspace, Width);
            columns.Fill(TWide.Zero);
            var divisors = new Divisors<TWide>(workspace, Width, columns.Padded, new(Integers, 14));
            var sums = (TWide*)workspace.Take((nint)(columns.Padded * sizeof(TWide)));
            var last = Math.Min(Output.Rows, (block + 1) * RowsPerBlock);
            var at = new RowPlace(block * RowsPerBlock, Output.Depth, Output.Height);
            for (var row = block * RowsPerBlock; row < last; row++, at.Next())
            {
                var (plane, d, h) = (at.Plane, at.D, at.H);
                new Span<TWide>(sums, (int)columns.Padded).Clear();
                for (var kd = Depth.First(d); kd < Depth.Last(d); kd++)
                {
                    for (var kh = Height.First(h); kh < Height.Last(h); kh++)
                    {
                        columns.Read<T, TElement>(Input.Row(plane, Depth.At(d, kd), Height.At(h, kh)), Input.Step);
                        for (var x = 0L; x < columns.Padded; x += Vector<TWide>.Count)
                        {
                            var sum = Vector.Load(sums + x);
                            for (var k = Width.From; k < Width.To; k++)
                                sum += Vector.Load(columns[k] + x);
                            sum.Store(sums + x);
                        }
                    }
                }

                var divisor = divisors.Of(Depth, d, Height, h);
                for (var x = 0L; x < columns.Padded; x += Vector<TWide>.Count)
                    divisors.Divide(Vector.Load(sums + x), divisor, x).Store(sums + x);
                var to = Output.Row(plane, d, h);
                PoolElements.Store<T, TWide, TElement>(sums, to, Output.Step, Width.Count);
            }

            workspace.Release(mark);
        }
    }

    private readonly struct AvgPoolBackward : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var (windows, result) = (launch.Operands[0].Layout, launch.Operands[1].Layout);
            fixed (byte* gradient = &FirstOf(launch.Operands[0]), to = &FirstOf(launch.Operands[1]))
            fixed (long* integers = launch.Integers)
            {
                var job = new AvgPoolBackwardJob<T, TWide, TElement>
                {
                    Gradient = new(gradient, windows),
                    Result = new(to, result),
                    Integers = integers,
                    Depth = WindowsOf(launch, result, windows, 0),
                    Height = WindowsOf(launch, result, windows, 1),
                    Width = WindowsOf(launch, result, windows, 2),
                };
                var overlap = (1 + (launch.Integers[0] / launch.Integers[3])) *
                    (1 + (launch.Integers[1] / launch.Integers[4]));
                var work = result.Shape[4] + (windows.Shape[4] * (launch.Integers[2] + overlap));
                (var blocks, job.RowsPerBlock) = BlocksOf(job.Result.Rows, work);
                WorkerPool.Run(job, blocks, job.Result.Rows * work / 4);
            }
        }
    }

    private struct AvgPoolBackwardJob<T, TWide, TElement> : IJob
        where T : unmanaged
        where TWide : unmanaged, INumber<TWide>
        where TElement : struct, IElement<T, TWide>
    {
        public Planes<T> Gradient;
        public Planes<T> Result;
        public long* Integers;
        public Windows Depth;
        public Windows Height;
        public Windows Width;
        public long RowsPerBlock;

        public readonly void Invoke(int block)
        {
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            var columns = new Columns<TWide>(workspace, Width);
            var divisors = new Divisors<TWide>(workspace, Width, columns.Padded, new(Integers, 14));
            var bytes = (nint)(columns.Padded * sizeof(TWide));
            var gradients = (TWide*)workspace.Take(bytes);
            var sums = (TWide*)workspace.Take(bytes);
            new Span<TWide>(gradients, (int)columns.Padded).Clear();
            var last = Math.Min(Result.Rows, (block + 1) * RowsPerBlock);
            var at = new RowPlace(block * RowsPerBlock, Result.Depth, Result.Height);
            for (var row = block * RowsPerBlock; row < last; row++, at.Next())
            {
                var (plane, z, y) = (at.Plane, at.D, at.H);

                // First the windows of all rows that have this one, then along it.
                new Span<TWide>(sums, (int)columns.Padded).Clear();
                for (var kd = Depth.From; kd < Depth.To; kd++)
                {
                    var d = Depth.Covering(z, kd);
                    for (var kh = Height.From; d >= 0 && kh < Height.To; kh++)
                    {
                        var h = Height.Covering(y, kh);
                        if (h < 0)
                            continue;
                        var gradient = Gradient.Row(plane, d, h);
                        PoolElements.Load<T, TWide, TElement>(gradient, Gradient.Step, gradients, Width.Count);
                        var divisor = divisors.Of(Depth, d, Height, h);
                        for (var x = 0L; x < columns.Padded; x += Vector<TWide>.Count)
                        {
                            (Vector.Load(sums + x) + divisors.Divide(Vector.Load(gradients + x), divisor, x))
                                .Store(sums + x);
                        }
                    }
                }

                columns.Fill(TWide.Zero);
                for (var k = Width.From; k < Width.To; k++)
                {
                    var column = columns[k];
                    for (var x = 0L; x < columns.Padded; x += Vector<TWide>.Count)
                        (Vector.Load(column + x) + Vector.Load(sums + x)).Store(column + x);
                }

                columns.Write<T, TElement>(Result.Row(plane, z, y), Result.Step);
            }

            workspace.Release(mark);
        }
    }
}
