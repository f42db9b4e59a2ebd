namespace KernelEngine.Cpu;

/// <content>Running sums, products and extrema, each row from its first element to its last.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddScans(Adding add)
    {
        add("scan", RunScan, (_, dtype) => dtype != DType.Bool);
        add("linear_recurrence", RunRecurrence, (_, dtype) => dtype.IsFloatingPoint);
        add("running_extremum", RunExtremum);
    }

    /// <summary>How a dtype's elements are read and written in the type that sums are kept in.</summary>
    private interface IElement<T, TSum>
    {
        static abstract TSum Load(T value);

        static abstract T Store(TSum value);
    }

    private static void RunScan(in StructuralLaunch launch)
    {
        var product = launch.Integers[0] == (long)ScanOperation.Product;
        if (launch.Integers[0] == (long)ScanOperation.LogSum)
        {
            switch (launch.Operands[0].DType.Code)
            {
                case DTypeCode.Float32: LogSum<float, SingleElement>(launch); break;
                case DTypeCode.Float64: LogSum<double, DoubleElement>(launch); break;
                case DTypeCode.Float16: LogSum<Half, HalfElement>(launch); break;
                default: LogSum<BFloat16, BFloat16Element>(launch); break;
            }

            return;
        }

        switch (launch.Operands[0].DType.Code)
        {
            case DTypeCode.Float32: Scan<float, double, SingleElement>(launch, product); break;
            case DTypeCode.Float64: Scan<double, double, DoubleElement>(launch, product); break;
            case DTypeCode.Float16: Scan<Half, double, HalfElement>(launch, product); break;
            case DTypeCode.BFloat16: Scan<BFloat16, double, BFloat16Element>(launch, product); break;
            case DTypeCode.Int64: Scan<long, long, Int64Element>(launch, product); break;
            case DTypeCode.Int32: Scan<int, long, Int32Element>(launch, product); break;
            case DTypeCode.Int16: Scan<short, long, Int16Element>(launch, product); break;
            case DTypeCode.Int8: Scan<sbyte, long, Int8Element>(launch, product); break;
            default: Scan<byte, long, UInt8Element>(launch, product); break;
        }
    }

    private static void Scan<T, TSum, TElement>(in StructuralLaunch launch, bool product)
        where T : unmanaged
        where TSum : unmanaged, System.Numerics.INumber<TSum>
        where TElement : struct, IElement<T, TSum>
    {
        var rows = new Rows(launch, launch.Integers[1] != 0);
        fixed (byte* source = &FirstOf(launch.Operands[0]), target = &FirstOf(launch.Operands[1]))
        {
            do
            {
                var from = (T*)source + rows.Start(0);
                var to = (T*)target + rows.Start(1);
                nint step = rows.Step(0), stepTo = rows.Step(1);
                var value = product ? TSum.One : TSum.Zero;
                for (var i = 0L; i < rows.Length; i++, from += step, to += stepTo)
                {
                    value = product ? value * TElement.Load(*from) : value + TElement.Load(*from);
                    *to = TElement.Store(value);
                }
            }
            while (rows.Next());
        }
    }

    private static void LogSum<T, TElement>(in StructuralLaunch launch)
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

    private static void RunRecurrence(in StructuralLaunch launch)
    {
        switch (launch.Operands[0].DType.Code)
        {
            case DTypeCode.Float32: Recur<float, SingleElement>(launch); break;
            case DTypeCode.Float64: Recur<double, DoubleElement>(launch); break;
            case DTypeCode.Float16: Recur<Half, HalfElement>(launch); break;
            default: Recur<BFloat16, BFloat16Element>(launch); break;
        }
    }

    private static void Recur<T, TElement>(in StructuralLaunch launch)
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

    private static void RunExtremum(in StructuralLaunch launch)
    {
        switch (launch.Operands[0].DType.Code)
        {
            case DTypeCode.Float32: Extremum<float, double, SingleElement>(launch); break;
            case DTypeCode.Float64: Extremum<double, double, DoubleElement>(launch); break;
            case DTypeCode.Float16: Extremum<Half, double, HalfElement>(launch); break;
            case DTypeCode.BFloat16: Extremum<BFloat16, double, BFloat16Element>(launch); break;
            case DTypeCode.Int64: Extremum<long, long, Int64Element>(launch); break;
            case DTypeCode.Int32: Extremum<int, long, Int32Element>(launch); break;
            case DTypeCode.Int16: Extremum<short, long, Int16Element>(launch); break;
            case DTypeCode.Int8: Extremum<sbyte, long, Int8Element>(launch); break;
            default: Extremum<byte, long, UInt8Element>(launch); break;
        }
    }

    private static void Extremum<T, TSum, TElement>(in StructuralLaunch launch)
        where T : unmanaged
        where TSum : unmanaged, System.Numerics.INumber<TSum>
        where TElement : struct, IElement<T, TSum>
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
                    if (TSum.IsNaN(next) || (!TSum.IsNaN(best) && (isMax ? next >= best : next <= best)))
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

    private readonly struct SingleElement : IElement<float, double>
    {
        public static double Load(float value) => value;
        public static float Store(double value) => (float)value;
    }

    private readonly struct DoubleElement : IElement<double, double>
    {
        public static double Load(double value) => value;
        public static double Store(double value) => value;
    }

    private readonly struct HalfElement : IElement<Half, double>
    {
        public static double Load(Half value) => (double)value;
        public static Half Store(double value) => (Half)value;
    }

    private readonly struct BFloat16Element : IElement<BFloat16, double>
    {
        public static double Load(BFloat16 value) => (float)value;
        public static BFloat16 Store(double value) => (BFloat16)(float)value;
    }

    private readonly struct Int64Element : IElement<long, long>
    {
        public static long Load(long value) => value;
        public static long Store(long value) => value;
    }

    private readonly struct Int32Element : IElement<int, long>
    {
        public static long Load(int value) => value;
        public static int Store(long value) => (int)value;
    }

    private readonly struct Int16Element : IElement<short, long>
    {
        public static long Load(short value) => value;
        public static short Store(long value) => (short)value;
    }

    private readonly struct Int8Element : IElement<sbyte, long>
    {
        public static long Load(sbyte value) => value;
        public static sbyte Store(long value) => (sbyte)value;
    }

    private readonly struct UInt8Element : IElement<byte, long>
    {
        public static long Load(byte value) => value;
        public static byte Store(long value) => (byte)value;
    }
}
