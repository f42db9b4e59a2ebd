using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>Bags of rows of a table: a bag's rows are added up in their order.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddEmbeddingBag(Adding add) => add(
        "embedding_bag", (in launch) => Elements.Floating<EmbeddingBagKernel>(launch),
        (operand, dtype) => operand is 1 or 2 ? dtype == DType.Int64 : operand == 6 || dtype.IsFloatingPoint);

    private readonly struct EmbeddingBagKernel : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var o = launch.Operands;
            fixed (byte* weight = &FirstOf(o[0]), indices = &FirstOf(o[1]), offsets = &FirstOf(o[2]),
                factors = &FirstOf(o[3]), target = &FirstOf(o[4]), counts = &FirstOf(o[5]), places = &FirstOf(o[6]))
            {
                var job = new BagJob<T, TReal, TElement>
                {
                    Weight = (T*)weight,
                    RowStep = o[0].Layout.Strides[0],
                    ColumnStep = o[0].Layout.Strides[1],
                    Rows = o[0].Layout.Shape[0],
                    Width = o[0].Layout.Shape[1],
                    Indices = (long*)indices,
                    IndexStep = StepOf(o[1]),
                    Count = o[1].Layout.ElementCount,
                    Offsets = (long*)offsets,
                    OffsetStep = StepOf(o[2]),
                    Bags = o[4].Layout.Shape[0],
                    Factors = launch.Integers[2] != 0 ? (T*)factors : null,
                    FactorStep = StepOf(o[3]),
                    Target = (T*)target,
                    Counts = (T*)counts,
                    Places = (long*)places,
                    Mode = (EmbeddingBagMode)launch.Integers[0],
                    Padding = launch.Integers[1],
                    Ends = launch.Integers[3] != 0,
                };
                job.Check();
                var perBlock = Math.Max(1, 4096 * job.Bags / Math.Max(1, job.Count * job.Width));
                job.BagsPerBlock = perBlock;
                WorkerPool.Run(
                    job, (int)((job.Bags + perBlock - 1) / perBlock), job.Count * job.Width / 4);
            }
        }
    }

    private struct BagJob<T, TReal, TElement> : IJob
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
        where TElement : struct, IElement<T, TReal>
    {
        public T* Weight;
        public long RowStep, ColumnStep, Rows, Width;
        public long* Indices;
        public long IndexStep, Count;
        public long* Offsets;
        public long OffsetStep, Bags, BagsPerBlock;
        public T* Factors;
        public long FactorStep;
        public T* Target;
        public T* Counts;
        public long* Places;
        public EmbeddingBagMode Mode;
        public long Padding;
        public bool Ends;

        public readonly void Check()
        {
            if (*Offsets != 0)
                throw IndexFault.BagStart.Exception(*Offsets, 0, Count);
            var last = Offsets[(Bags - (Ends ? 0 : 1)) * OffsetStep];
            if (last > Count)
                throw IndexFault.BagEnd.Exception(last, 0, Count);
        }

        public readonly void Invoke(int block)
        {
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            try
            {
                var sums = (TReal*)workspace.Take((nint)(Width * sizeof(TReal)));
                var to = Math.Min(Bags, (block + 1) * BagsPerBlock);
                for (var bag = block * BagsPerBlock; bag < to; bag++)
                    Fill(bag, sums);
            }
            finally
            {
                workspace.Release(mark);
            }
        }

        private readonly void Fill(long bag, TReal* sums)
        {
            var from = Offsets[bag * OffsetStep];
            var to = bag + 1 < Bags || Ends ? Offsets[(bag + 1) * OffsetStep] : Count;
            if (from < 0 || to < from || to > Count)
                throw IndexFault.BagOrder.Exception(to, 0, Count);
            new Span<TReal>(sums, checked((int)Width)).Clear();
            var places = Mode == EmbeddingBagMode.Max ? Places + (bag * Width) : null;
            if (places != null)
                new Span<long>(places, (int)Width).Fill(-1);
            var counted = 0L;
            for (var i = from; i < to; i++)
            {
                var index = Indices[i * IndexStep];
                if ((ulong)index >= (ulong)Rows)
                    throw IndexFault.BagRow.Exception(index, 0, Rows);
                if (index == Padding)
                    continue;
                if (places != null)
                    Largest(sums, places, index, counted == 0);
                else
                    Add(sums, Weight + (index * RowStep), Factors == null
                        ? TReal.One : TElement.Load(Factors[i * FactorStep]));
                counted++;
            }

            var count = TReal.CreateTruncating(counted);
            Counts[bag] = TElement.Store(count);
            var target = Target + (bag * Width);
            var divides = Mode == EmbeddingBagMode.Mean && counted > 0;
            for (var k = 0L; k < Width; k++)
                target[k] = TElement.Store(divides ? sums[k] / count : sums[k]);
        }

        private readonly void Add(TReal* sums, T* row, TReal factor)
        {
            var k = 0L;
            if (typeof(T) == typeof(TReal) && ColumnStep == 1)
            {
                var factors = new Vector<TReal>(factor);
                for (; k <= Width - Vector<TReal>.Count; k += Vector<TReal>.Count)
                {
                    var sum = *(Vector<TReal>*)(sums + k) + (*(Vector<TReal>*)(row + k) * factors);
                    *(Vector<TReal>*)(sums + k) = sum;
                }
            }

            for (; k < Width; k++)
                sums[k] += TElement.Load(row[k * ColumnStep]) * factor;
        }

        private readonly void Largest(TReal* most, long* places, long index, bool isFirst)
        {
            var row = Weight + (index * RowStep);
            for (var k = 0L; k < Width; k++)
            {
                var value = TElement.Load(row[k * ColumnStep]);
                if (isFirst || value > most[k])
                    (most[k], places[k]) = (value, index);
            }
        }
    }
}
