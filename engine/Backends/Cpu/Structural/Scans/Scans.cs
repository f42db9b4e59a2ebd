using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <content>Running sums, products and extrema, each row from its first element to its last.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddScans(Adding add)
    {
        add("scan", (in launch) => InParts(launch, RunScan), (_, dtype) => dtype != DType.Bool);
        add("linear_recurrence",
            (in launch) => InParts(launch, (in part) => Elements.FloatingInDouble<LinearRecurrence>(part)),
            (_, dtype) => dtype.IsFloatingPoint);
        add("running_extremum",
            (in launch) => InParts(launch, (in part) => Elements.Wide<RunningExtremum>(part)));
    }

    /// <summary>Rows on all threads; a row is one thread's.</summary>
    private static void InParts(in StructuralLaunch launch, KernelBody body)
    {
        var layout = launch.Operands[0].Layout;
        Span<int> dimensions = stackalloc int[launch.Operands.Length];
        dimensions.Fill(LaunchParts.Largest(layout.Shape, 0, layout.Rank - 1));
        LaunchParts.Run(launch, dimensions, layout.ElementCount, body);
    }

    private static void RunScan(in StructuralLaunch launch)
    {
        if (launch.Integers[0] == (long)ScanOperation.LogSum)
            Elements.FloatingInDouble<LogSumScan>(launch);
        else
            Elements.Wide<Scan>(launch);
    }

    private readonly struct Scan : INumberKernel
    {
        // Neighbouring rows that are walked together: they share cache lines where they lie side by side, and wait for
        // each other's sums nowhere.
        private const int Together = 8;
        private const int Four = 4;

        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var product = launch.Integers[0] == (long)ScanOperation.Product;
            var rows = new Rows(launch, launch.Integers[1] != 0);
            fixed (byte* source = &FirstOf(launch.Operands[0]), target = &FirstOf(launch.Operands[1]))
            {
                var shape = launch.Operands[0].Layout.Shape;
                var side = shape.Rank > 1 ? shape[^2] : 1;
                nint across = rows.Across(0), acrossTo = rows.Across(1);
                do
                {
                    var from = (T*)source + rows.Start(0);
                    var to = (T*)target + rows.Start(1);
                    for (var row = 0L; row < side; row += Together)
                    {
                        var count = (int)Math.Min(Together, side - row);
                        Some<T, TWide, TElement>(
                            from + ((nint)row * across), rows.Step(0), across, to + ((nint)row * acrossTo),
                            rows.Step(1), acrossTo, count, rows.Length, product);
                    }
                }
                while (rows.NextSide());
            }
        }

        private static void Some<T, TWide, TElement>(
            T* from, nint step, nint across, T* to, nint stepTo, nint acrossTo, int count, long length, bool product)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            if (typeof(T) == typeof(float) && count == Together && across == 1 && acrossTo == 1)
            {
                Beside((float*)from, step, (float*)to, stepTo, length, product);
                return;
            }

            for (var row = 0; row < count; row++, from += across, to += acrossTo)
            {
                if (count - row >= Four)
                {
                    Rows4<T, TWide, TElement>(from, step, across, to, stepTo, acrossTo, length, product);
                    from += (Four - 1) * across;
                    to += (Four - 1) * acrossTo;
                    row += Four - 1;
                }
                else
                    Row<T, TWide, TElement>(from, step, to, stepTo, length, product);
            }
        }

        // Eight rows side by side.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Beside(float* from, nint step, float* to, nint stepTo, long length, bool product)
        {
            var low = product ? Vector256<double>.One : Vector256<double>.Zero;
            var high = low;
            for (var i = 0L; i < length; i++, from += step, to += stepTo)
            {
                var (first, second) = Vector256.Widen(Vector256.Load(from));
                if (product)
                    (low, high) = (low * first, high * second);
                else
                    (low, high) = (low + first, high + second);
                Vector256.Narrow(low, high).Store(to);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Rows4<T, TWide, TElement>(
            T* from, nint step, nint across, T* to, nint stepTo, nint acrossTo, long length, bool product)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var v0 = product ? TWide.One : TWide.Zero;
            var (v1, v2, v3) = (v0, v0, v0);
            for (var i = 0L; i < length; i++, from += step, to += stepTo)
            {
                var (x0, x1) = (TElement.Load(*from), TElement.Load(from[across]));
                var (x2, x3) = (TElement.Load(from[2 * across]), TElement.Load(from[3 * across]));
                if (product)
                    (v0, v1, v2, v3) = (v0 * x0, v1 * x1, v2 * x2, v3 * x3);
                else
                    (v0, v1, v2, v3) = (v0 + x0, v1 + x1, v2 + x2, v3 + x3);
                *to = TElement.Store(v0);
                to[acrossTo] = TElement.Store(v1);
                to[2 * acrossTo] = TElement.Store(v2);
                to[3 * acrossTo] = TElement.Store(v3);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<T, TWide, TElement>(
            T* from, nint step, T* to, nint stepTo, long length, bool product)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var value = product ? TWide.One : TWide.Zero;
            for (var i = 0L; i < length; i++, from += step, to += stepTo)
            {
                value = product ? value * TElement.Load(*from) : value + TElement.Load(*from);
                *to = TElement.Store(value);
            }
        }
    }

    private readonly struct LogSumScan : IDoubleKernel
    {
        public static void Run<T, TElement>(in StructuralLaunch launch)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            var rows = new Rows(launch, launch.Integers[1] != 0);
            fixed (byte* source = &FirstOf(launch.Operands[0]), target = &FirstOf(launch.Operands[1]))
            {
                do
                {
                    var from = (T*)source + rows.Start(0);
                    var to = (T*)target + rows.Start(1);

                    // The largest so far, and the sum relative to it.
                    var (top, sum) = (double.NegativeInfinity, 0.0);
                    for (var i = 0L; i < rows.Length; i++, from += rows.Step(0), to += rows.Step(1))
                    {
                        var x = TElement.Load(*from);
                        if (x == top)
                            sum++;
                        else if (x < top)
                            sum += Math.Exp(x - top);
                        else
                            (top, sum) = (x, (sum * Math.Exp(top - x)) + 1);
                        *to = TElement.Store(top + Math.Log(sum));
                    }
                }
                while (rows.Next());
            }
        }
    }

    private readonly struct LinearRecurrence : IDoubleKernel
    {
        public static void Run<T, TElement>(in StructuralLaunch launch)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            var rows = new Rows(launch, launch.Integers[0] != 0);
            fixed (byte* terms = &FirstOf(launch.Operands[0]), factors = &FirstOf(launch.Operands[1]),
                target = &FirstOf(launch.Operands[2]))
            {
                do
                {
                    var a = (T*)terms + rows.Start(0);
                    var c = (T*)factors + rows.Start(1);
                    var to = (T*)target + rows.Start(2);
                    nint stepA = rows.Step(0), stepC = rows.Step(1), stepTo = rows.Step(2);
                    var value = TElement.Load(*a);
                    *to = TElement.Store(value);
                    for (var i = 1L; i < rows.Length; i++)
                    {
                        a += stepA;
                        c += stepC;
                        to += stepTo;
                        value = TElement.Load(*a) + (TElement.Load(*c) * value);
                        *to = TElement.Store(value);
                    }
                }
                while (rows.Next());
            }
        }
    }

    private readonly struct RunningExtremum : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var isMax = launch.Integers[0] != 0;
            var rows = new Rows(launch, reverse: false);
            fixed (byte* source = &FirstOf(launch.Operands[0]), values = &FirstOf(launch.Operands[1]),
                places = &FirstOf(launch.Operands[2]))
            {
                do
                {
                    var from = (T*)source + rows.Start(0);
                    var value = (T*)values + rows.Start(1);
                    var place = (long*)places + rows.Start(2);
                    var best = TElement.Load(*from);
                    var at = 0L;
                    for (var i = 0L; i < rows.Length; i++)
                    {
                        var next = TElement.Load(*from);
                        if (TWide.IsNaN(next) || (!TWide.IsNaN(best) && (isMax ? next >= best : next <= best)))
                            (best, at) = (next, i);
                        *value = TElement.Store(best);
                        *place = at;
                        from += rows.Step(0);
                        value += rows.Step(1);
                        place += rows.Step(2);
                    }
                }
                while (rows.Next());
            }
        }
    }

    /// <summary>Walks the rows of operands of one shape: their starts and steps along the last dimension.</summary>
    private ref struct Rows
    {
        private readonly ReadOnlySpan<Operand> operands;
        private readonly long[] index;
        private readonly bool reverse;

        public Rows(in StructuralLaunch launch, bool reverse)
        {
            operands = launch.Operands;
            this.reverse = reverse;
            index = new long[operands[0].Layout.Rank - 1];
            Length = operands[0].Layout.Shape[^1];
        }

        /// <summary>The elements of a row.</summary>
        public long Length { get; }

        /// <summary>Where an operand's row begins, from its first element.</summary>
        public readonly nint Start(int operand)
        {
            var strides = operands[operand].Layout.Strides;
            var start = reverse ? (Length - 1) * strides[^1] : 0;
            for (var d = 0; d < index.Length; d++)
                start += index[d] * strides[d];
            return (nint)start;
        }

        /// <summary>How far the next element is.</summary>
        public readonly nint Step(int operand)
        {
            var step = (nint)operands[operand].Layout.Strides[^1];
            return reverse ? -step : step;
        }

        /// <summary>How far the next row is.</summary>
        public readonly nint Across(int operand) =>
            index.Length == 0 ? 0 : (nint)operands[operand].Layout.Strides[^2];

        /// <summary>Goes past all rows that lie side by side, if there are more.</summary>
        public readonly bool NextSide()
        {
            if (index.Length == 0)
                return false;
            index[^1] = operands[0].Layout.Shape[^2] - 1;
            return Next();
        }

        /// <summary>Goes to the next row, if there is one.</summary>
        public readonly bool Next()
        {
            for (var d = index.Length - 1; d >= 0; d--)
            {
                if (++index[d] < operands[0].Layout.Shape[d])
                    return true;
                index[d] = 0;
            }

            return false;
        }
    }
}
