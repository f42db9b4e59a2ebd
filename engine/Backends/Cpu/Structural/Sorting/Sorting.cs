using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>
/// Sorting, the first of the sorted, one of the sorted: rows in parallel, a long row alone on all threads. Elements
/// become keys once; what is sorted are keys and places, and elements are moved at the end.
/// </content>
internal static unsafe partial class CpuKernels
{
    // Elements of a block of rows, and of rows that are read together where they lie side by side.
    private const long SortBlock = 4096;
    private const int SortTile = 1 << 16;

    private static void AddSorting(Adding add)
    {
        add("sort", (in launch) => Elements.Own<SortKernel>(launch));
        add("top", (in launch) => Elements.Own<TopKernel>(launch));
        add("ranked", (in launch) => Elements.Own<RankedKernel>(launch));
        add("row_order", (in launch) => Elements.Own<RowOrderKernel>(launch));
    }

    /// <summary>Which places of a row are wanted, from its keys.</summary>
    private interface IPlaceFinder<TKey> where TKey : unmanaged
    {
        /// <summary>Whether smaller keys stand for larger elements.</summary>
        bool IsInverted { get; }

        /// <summary>The bytes that it needs for rows of a length.</summary>
        nint RoomFor(nint length);

        /// <summary>Writes the places, as many as there are results; the keys may be changed.</summary>
        void Find(TKey* keys, int count, int* places, int results, byte* room);
    }

    private readonly struct SortKernel : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var inverted = launch.Integers[0] != 0;
            if (sizeof(TWide) == 8)
                RunRows<T, TWide, TElement, long, WholeOrder<long>>(launch, new(inverted));
            else
                RunRows<T, TWide, TElement, int, WholeOrder<int>>(launch, new(inverted));
        }
    }

    private readonly struct TopKernel : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var inverted = launch.Integers[0] != 0;
            if (sizeof(TWide) == 8)
                RunRows<T, TWide, TElement, long, FirstPlaces<long>>(launch, new(inverted));
            else
                RunRows<T, TWide, TElement, int, FirstPlaces<int>>(launch, new(inverted));
        }
    }

    private readonly struct RankedKernel : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var (rule, rank, hasNaN) =
                ((Sorting.RankRule)launch.Integers[0], (int)launch.Integers[1], SortKey.HasNaN<TWide>());
            if (sizeof(TWide) == 8)
                RunRows<T, TWide, TElement, long, PlaceOfRank<long>>(launch, new(rule, rank, hasNaN));
            else
                RunRows<T, TWide, TElement, int, PlaceOfRank<int>>(launch, new(rule, rank, hasNaN));
        }
    }

    private static void RunRows<T, TWide, TElement, TKey, TFinder>(in StructuralLaunch launch, TFinder finder)
        where T : unmanaged
        where TWide : unmanaged
        where TElement : struct, IElement<T, TWide>
        where TKey : unmanaged, IBinaryInteger<TKey>
        where TFinder : struct, IPlaceFinder<TKey>
    {
        var (source, values, places) = (launch.Operands[0], launch.Operands[1], launch.Operands[2]);
        var length = checked((int)source.Layout.Shape[^1]);
        var results = (int)values.Layout.Shape[^1];
        if (results == 0 || values.Layout.ElementCount == 0)
            return;
        var rows = source.Layout.ElementCount / length;
        fixed (byte* from = &FirstOf(source), to = &FirstOf(values), at = &FirstOf(places))
        {
            var job = new SortJob<T, TWide, TElement, TKey, TFinder>
            {
                Source = (T*)from,
                Values = (T*)to,
                Places = (long*)at,
                SourceRows = new(source),
                ValueRows = new(values),
                PlaceRows = new(places),
                Length = length,
                Results = results,
                Rows = rows,
                Finder = finder,
                RowsPerBlock = Math.Max(1, SortBlock / length),
            };
            if (length >= KeyOrder.LongRow && typeof(TFinder) == typeof(WholeOrder<TKey>))
            {
                for (var row = 0L; row < rows; row++)
                    job.RunTogether(source.Buffer.Device, row);
                return;
            }

            // Rows that lie side by side are read together.
            if (job.SourceRows.Step != 1)
                job.RowsPerBlock = Math.Max(job.RowsPerBlock, Math.Clamp(SortTile / length, 1, Group));
            WorkerPool.Run(
                job, (int)((rows + job.RowsPerBlock - 1) / job.RowsPerBlock), source.Layout.ElementCount * 4);
        }
    }

    private struct SortJob<T, TWide, TElement, TKey, TFinder> : IJob
        where T : unmanaged
        where TWide : unmanaged
        where TElement : struct, IElement<T, TWide>
        where TKey : unmanaged, IBinaryInteger<TKey>
        where TFinder : struct, IPlaceFinder<TKey>
    {
        public T* Source;
        public T* Values;
        public long* Places;
        public RowPlaces SourceRows;
        public RowPlaces ValueRows;
        public RowPlaces PlaceRows;
        public int Length;
        public int Results;
        public long Rows;
        public long RowsPerBlock;
        public TFinder Finder;

        public readonly void Invoke(int block)
        {
            var start = block * RowsPerBlock;
            var end = Math.Min(Rows, start + RowsPerBlock);
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            try
            {
                var pitch = KeyOrder.RoomFor(Length);
                var isTiled = SourceRows.Step != 1 && Length * 2 <= SortTile;
                var tile = isTiled ? (int)Math.Min(Group, end - start) : 1;
                var keys = (TKey*)workspace.Take(pitch * sizeof(TKey) * tile);
                var order = (int*)workspace.Take(pitch * sizeof(int));
                var room = workspace.Take(Finder.RoomFor(Length));
                int count;
                for (var row = start; row < end; row += count)
                {
                    count = (int)Math.Min(Math.Min(tile, end - row), SourceRows.Beside(row));
                    if (count == 1)
                    {
                        SortKey.Fill<T, TWide, TElement, TKey>(
                            Source + SourceRows.Of(row), SourceRows.Step, keys, Length, Finder.IsInverted);
                    }
                    else
                        FillTile(row, count, keys, pitch);
                    for (var r = 0; r < count; r++)
                    {
                        Finder.Find(keys + (r * pitch), Length, order, Results, room);
                        Write(row + r, order, 0, Results);
                    }
                }
            }
            finally
            {
                workspace.Release(mark);
            }
        }

        /// <summary>A long row, on all threads.</summary>
        public readonly void RunTogether(ComputeDevice device, long row)
        {
            using var keys = new HostMemory(device, KeyOrder.RoomFor(Length) * sizeof(TKey));
            using var order = new HostMemory(device, (long)Length * sizeof(int));
            var job = new LongRowJob<T, TWide, TElement, TKey, TFinder>
            {
                Rows = this,
                Row = row,
                Keys = (TKey*)keys.Start,
                Order = (int*)order.Start,
            };
            var blocks = (Length + LongRowBlock - 1) / LongRowBlock;
            WorkerPool.Run(job, blocks);
            KeyOrder.FindTogether(device, job.Keys, Length, job.Order);
            job.Writes = true;
            WorkerPool.Run(job, blocks);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Write(long row, int* order, int start, int end)
        {
            var source = Source + SourceRows.Of(row);
            var value = Values + ValueRows.Of(row);
            var place = Places + PlaceRows.Of(row);
            var (step, valueStep, placeStep) = (SourceRows.Step, ValueRows.Step, PlaceRows.Step);
            for (nint i = start; i < end; i++)
            {
                var at = order[i];
                value[i * valueStep] = source[at * step];
                place[i * placeStep] = at;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void FillTile(long row, int count, TKey* keys, nint pitch)
        {
            var source = Source + SourceRows.Of(row);
            var (step, across) = (SourceRows.Step, SourceRows.Across);
            for (nint i = 0; i < Length; i++, source += step)
            {
                for (var r = 0; r < count; r++)
                {
                    var key = SortKey.Of<TWide, TKey>(TElement.Load(source[r * across]));
                    keys[(r * pitch) + i] = Finder.IsInverted ? ~key : key;
                }
            }
        }
    }

    private const int LongRowBlock = 1 << 15;

    /// <summary>The keys of a long row, or its results, a piece at a time.</summary>
    private struct LongRowJob<T, TWide, TElement, TKey, TFinder> : IJob
        where T : unmanaged
        where TWide : unmanaged
        where TElement : struct, IElement<T, TWide>
        where TKey : unmanaged, IBinaryInteger<TKey>
        where TFinder : struct, IPlaceFinder<TKey>
    {
        public SortJob<T, TWide, TElement, TKey, TFinder> Rows;
        public long Row;
        public TKey* Keys;
        public int* Order;
        public bool Writes;

        public readonly void Invoke(int block)
        {
            var start = block * LongRowBlock;
            var end = Math.Min(Rows.Length, start + LongRowBlock);
            if (Writes)
                Rows.Write(Row, Order, start, end);
            else
            {
                var step = Rows.SourceRows.Step;
                SortKey.Fill<T, TWide, TElement, TKey>(
                    Rows.Source + Rows.SourceRows.Of(Row) + (start * step), step, Keys + start, end - start,
                    Rows.Finder.IsInverted);
            }
        }
    }
}
