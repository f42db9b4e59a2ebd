using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>The largest element of each window: rows of windows at once, a vector of neighbours for each place.</content>
internal static unsafe partial class CpuKernels
{
    // Elements read by a block of rows.
    private const long PoolBlock = 32768;

    private static void AddPooling(Adding add)
    {
        add("max_pool", RunMaxPool, (i, dtype) => i == 2 || dtype.IsFloatingPoint);
        add("max_pool_backward", RunMaxPoolBackward, (i, dtype) => i == 1 || dtype.IsFloatingPoint);
    }

    private static Windows WindowsOf(in StructuralLaunch launch, Layout inside, Layout windows, int dimension)
    {
        var n = launch.Integers;
        return new(
            inside.Shape[2 + dimension], windows.Shape[2 + dimension], n[dimension], n[3 + dimension],
            n[6 + dimension], n[9 + dimension]);
    }

    private static void RunMaxPool(in StructuralLaunch launch)
    {
        if (MaxPoolPairs.Forward(launch))
            return;
        if (launch.Operands.Length < 3)
            Elements.Floating<MaxPoolForward<byte>>(launch);
        else if (launch.Operands[2].DType == DType.UInt8)
            Elements.Floating<MaxPoolForward<byte>>(launch);
        else
            Elements.Floating<MaxPoolForward<long>>(launch);
    }

    private static void RunMaxPoolBackward(in StructuralLaunch launch)
    {
        if (MaxPoolPairs.Backward(launch))
            return;
        if (launch.Operands[1].DType == DType.UInt8)
            Elements.Floating<MaxPoolBackward<byte>>(launch);
        else
            Elements.Floating<MaxPoolBackward<long>>(launch);
    }

    private static (int Blocks, long RowsPerBlock) BlocksOf(long rows, long elementsPerRow)
    {
        var perBlock = Math.Max(1, PoolBlock / Math.Max(1, elementsPerRow));
        return (checked((int)((rows + perBlock - 1) / perBlock)), perBlock);
    }

    /// <summary>A whole number in every lane, as bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<TReal> Numbers<TReal>(long value) where TReal : unmanaged => sizeof(TReal) == 4
        ? Vector.Create((int)value).As<int, TReal>()
        : Vector.Create(value).As<long, TReal>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<TReal> AddNumbers<TReal>(Vector<TReal> a, Vector<TReal> b) where TReal : unmanaged =>
        sizeof(TReal) == 4
            ? (a.As<TReal, int>() + b.As<TReal, int>()).As<int, TReal>()
            : (a.As<TReal, long>() + b.As<TReal, long>()).As<long, TReal>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<TReal> SameNumbers<TReal>(Vector<TReal> a, Vector<TReal> b) where TReal : unmanaged =>
        sizeof(TReal) == 4
            ? Vector.Equals(a.As<TReal, int>(), b.As<TReal, int>()).As<int, TReal>()
            : Vector.Equals(a.As<TReal, long>(), b.As<TReal, long>()).As<long, TReal>();

    private static void SetNumber<TReal>(TReal* lanes, long index, long value) where TReal : unmanaged
    {
        if (sizeof(TReal) == 4)
            ((int*)lanes)[index] = (int)value;
        else
            ((long*)lanes)[index] = value;
    }

    private static long NumberAt<TReal>(TReal* lanes, long index) where TReal : unmanaged =>
        sizeof(TReal) == 4 ? ((int*)lanes)[index] : ((long*)lanes)[index];

    private readonly struct MaxPoolForward<TPlace> : IRealKernel where TPlace : unmanaged, IBinaryInteger<TPlace>
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var (input, output) = (launch.Operands[0].Layout, launch.Operands[1].Layout);
            var hasPlaces = launch.Operands.Length > 2;
            fixed (byte* from = &FirstOf(launch.Operands[0]), to = &FirstOf(launch.Operands[1]),
                places = &FirstOf(launch.Operands[hasPlaces ? 2 : 1]))
            {
                var job = new MaxPoolJob<T, TReal, TElement, TPlace>
                {
                    Input = new(from, input),
                    Output = new(to, output),
                    Places = new(places, launch.Operands[hasPlaces ? 2 : 1].Layout),
                    HasPlaces = hasPlaces,
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

    private struct MaxPoolJob<T, TReal, TElement, TPlace> : IJob
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
        where TElement : struct, IElement<T, TReal>
        where TPlace : unmanaged, IBinaryInteger<TPlace>
    {
        public Planes<T> Input;
        public Planes<T> Output;
        public Planes<TPlace> Places;
        public bool HasPlaces;
        public Windows Depth;
        public Windows Height;
        public Windows Width;
        public long RowsPerBlock;

        public readonly void Invoke(int block)
        {
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            var columns = new Columns<TReal>(workspace, Width);
            columns.Fill(TReal.NegativeInfinity);
            var bytes = (nint)(columns.Padded * sizeof(TReal));
            var best = (TReal*)workspace.Take(bytes);
            var places = (TReal*)workspace.Take(bytes);

            // What must be added to a row's number, and the first place of each window.
            var numbers = (TReal*)workspace.Take(bytes);
            var first = (TReal*)workspace.Take(bytes);
            var isIndex = typeof(TPlace) == typeof(long);
            for (var x = 0L; x < columns.Padded; x++)
            {
                var start = isIndex ? Width.At(x, 0) : 0;
                SetNumber(numbers, x, start);
                SetNumber(first, x, start + (Width.First(x) * (isIndex ? Width.Dilation : 1)));
            }

            var last = Math.Min(Output.Rows, (block + 1) * RowsPerBlock);
            var at = new RowPlace(block * RowsPerBlock, Output.Depth, Output.Height);
            for (var row = block * RowsPerBlock; row < last; row++, at.Next())
            {
                var (plane, d, h) = (at.Plane, at.D, at.H);
                new Span<TReal>(best, (int)columns.Padded).Fill(TReal.NegativeInfinity);
                var isFirst = true;
                for (var kd = Depth.First(d); kd < Depth.Last(d); kd++)
                {
                    for (var kh = Height.First(h); kh < Height.Last(h); kh++)
                    {
                        var (z, y) = (Depth.At(d, kd), Height.At(h, kh));
                        columns.Read<T, TElement>(Input.Row(plane, z, y), Input.Step);
                        if (!HasPlaces)
                        {
                            Largest(columns, best);
                            continue;
                        }

                        var number = isIndex
                            ? ((z * Height.Size) + y) * Width.Size
                            : ((kd * Height.Kernel) + kh) * Width.Kernel;
                        if (isFirst)
                            Copy(first, number, places, columns.Padded);
                        isFirst = false;
                        Largest(columns, best, places, numbers, number, isIndex ? Width.Dilation : 1);
                    }
                }

                var to = Output.Row(plane, d, h);
                PoolElements.Store<T, TReal, TElement>(best, to, Output.Step, Width.Count);
                if (!HasPlaces)
                    continue;
                var placed = Places.Row(plane, d, h);
                for (var x = 0L; x < Width.Count; x++)
                    placed[x * Places.Step] = TPlace.CreateTruncating(NumberAt(places, x));
            }

            workspace.Release(mark);
        }

        private static void Copy(TReal* from, long number, TReal* to, long count)
        {
            var all = Numbers<TReal>(number);
            for (var x = 0L; x < count; x += Vector<TReal>.Count)
                AddNumbers(all, Vector.Load(from + x)).Store(to + x);
        }

        private readonly void Largest(in Columns<TReal> columns, TReal* best)
        {
            for (var x = 0L; x < columns.Padded; x += Vector<TReal>.Count)
            {
                var b = Vector.Load(best + x);
                for (var k = Width.From; k < Width.To; k++)
                {
                    var v = Vector.Load(columns[k] + x);
                    b = Vector.ConditionalSelect(
                        Vector.GreaterThan(v, b) | Vector.OnesComplement(Vector.Equals(v, v)), v, b);
                }

                b.Store(best + x);
            }
        }

        private readonly void Largest(
            in Columns<TReal> columns, TReal* best, TReal* places, TReal* numbers, long number, long step)
        {
            var next = Numbers<TReal>(step);
            for (var x = 0L; x < columns.Padded; x += Vector<TReal>.Count)
            {
                var (b, p) = (Vector.Load(best + x), Vector.Load(places + x));
                var own = AddNumbers(Numbers<TReal>(number + (Width.From * step)), Vector.Load(numbers + x));
                for (var k = Width.From; k < Width.To; k++, own = AddNumbers(own, next))
                {
                    var v = Vector.Load(columns[k] + x);
                    var larger = Vector.GreaterThan(v, b) | Vector.OnesComplement(Vector.Equals(v, v));
                    b = Vector.ConditionalSelect(larger, v, b);
                    p = Vector.ConditionalSelect(larger, own, p);
                }

                b.Store(best + x);
                p.Store(places + x);
            }
        }
    }

    private readonly struct MaxPoolBackward<TPlace> : IRealKernel where TPlace : unmanaged, IBinaryInteger<TPlace>
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var (windows, result) = (launch.Operands[0].Layout, launch.Operands[2].Layout);
            fixed (byte* gradient = &FirstOf(launch.Operands[0]), places = &FirstOf(launch.Operands[1]),
                to = &FirstOf(launch.Operands[2]))
            {
                var job = new MaxPoolBackwardJob<T, TReal, TElement, TPlace>
                {
                    Gradient = new(gradient, windows),
                    Places = new(places, launch.Operands[1].Layout),
                    Result = new(to, result),
                    Depth = WindowsOf(launch, result, windows, 0),
                    Height = WindowsOf(launch, result, windows, 1),
                    Width = WindowsOf(launch, result, windows, 2),
                };
                var overlap = (1 + (launch.Integers[0] / launch.Integers[3])) *
                    (1 + (launch.Integers[1] / launch.Integers[4]));
                var work = result.Shape[4] + (windows.Shape[4] * launch.Integers[2] * overlap);
                (var blocks, job.RowsPerBlock) = BlocksOf(job.Result.Rows, work);
                WorkerPool.Run(job, blocks, job.Result.Rows * work / 4);
            }
        }
    }

    private struct MaxPoolBackwardJob<T, TReal, TElement, TPlace> : IJob
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
        where TElement : struct, IElement<T, TReal>
        where TPlace : unmanaged, IBinaryInteger<TPlace>
    {
        public Planes<T> Gradient;
        public Planes<TPlace> Places;
        public Planes<T> Result;
        public Windows Depth;
        public Windows Height;
        public Windows Width;
        public long RowsPerBlock;

        public readonly void Invoke(int block)
        {
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            var columns = new Columns<TReal>(workspace, Width);
            var bytes = (nint)(columns.Padded * sizeof(TReal));
            var gradients = (TReal*)workspace.Take(bytes);
            var places = (TReal*)workspace.Take(bytes);
            var numbers = (TReal*)workspace.Take(bytes);
            var isIndex = typeof(TPlace) == typeof(long);
            for (var x = 0L; x < columns.Padded; x++)
            {
                // Behind the last window there is nothing to add.
                gradients[x] = TReal.Zero;
                SetNumber(places, x, 0);
                SetNumber(numbers, x, isIndex ? Width.At(x, 0) : 0);
            }

            var last = Math.Min(Result.Rows, (block + 1) * RowsPerBlock);
            var at = new RowPlace(block * RowsPerBlock, Result.Depth, Result.Height);
            for (var row = block * RowsPerBlock; row < last; row++, at.Next())
            {
                var (plane, z, y) = (at.Plane, at.D, at.H);
                columns.Fill(TReal.Zero);
                for (var kd = Depth.From; kd < Depth.To; kd++)
                {
                    var d = Depth.Covering(z, kd);
                    for (var kh = Height.From; d >= 0 && kh < Height.To; kh++)
                    {
                        var h = Height.Covering(y, kh);
                        if (h < 0)
                            continue;
                        var gradient = Gradient.Row(plane, d, h);
                        var placed = Places.Row(plane, d, h);
                        PoolElements.Load<T, TReal, TElement>(gradient, Gradient.Step, gradients, Width.Count);
                        for (var x = 0L; x < Width.Count; x++)
                            SetNumber(places, x, long.CreateTruncating(placed[x * Places.Step]));

                        var number = isIndex
                            ? ((z * Height.Size) + y) * Width.Size
                            : ((kd * Height.Kernel) + kh) * Width.Kernel;
                        number += Width.From * (isIndex ? Width.Dilation : 1);
                        for (var k = Width.From; k < Width.To; k++, number += isIndex ? Width.Dilation : 1)
                            Add(columns[k], gradients, places, numbers, number, columns.Padded);
                    }
                }

                columns.Write<T, TElement>(Result.Row(plane, z, y), Result.Step);
            }

            workspace.Release(mark);
        }

        // Adds the gradients of the windows that have their maximum at one place.
        private static void Add(
            TReal* column, TReal* gradients, TReal* places, TReal* numbers, long number, long count)
        {
            var all = Numbers<TReal>(number);
            for (var x = 0L; x < count; x += Vector<TReal>.Count)
            {
                var own = SameNumbers(AddNumbers(all, Vector.Load(numbers + x)), Vector.Load(places + x));
                (Vector.Load(column + x) + Vector.ConditionalSelect(
                    own, Vector.Load(gradients + x), Vector<TReal>.Zero)).Store(column + x);
            }
        }
    }
}
