namespace KernelEngine.Cpu;

/// <content>The negative log-likelihood.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddNllLoss(Adding add)
    {
        add("nll_loss", (in StructuralLaunch launch) => Elements.FloatingInDouble<Likelihood>(launch));
        add("nll_loss_backward",
            (in StructuralLaunch launch) => Elements.FloatingInDouble<LikelihoodBackward>(launch));
    }

    private readonly struct Likelihood : IDoubleKernel
    {
        public static void Run<T, TElement>(in StructuralLaunch launch)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            ref readonly var target = ref launch.Operands[1];
            var (reduction, ignored) = (launch.Integers[0], launch.Integers[1]);
            var places = new Places(target.Layout.Shape);
            var inputs = launch.Operands[0].Layout;
            var classes = inputs.Shape[^1];
            var step = inputs.Strides[^1];
            var isWeighted = launch.Operands.Length > 4;
            var weightStep = isWeighted ? launch.Operands[4].Layout.Strides[0] : 0;
            double sum = 0, total = 0;
            fixed (byte* input = &FirstOf(launch.Operands[0]), targets = &FirstOf(target),
                output = &FirstOf(launch.Operands[2]), totals = &FirstOf(launch.Operands[3]),
                weights = &FirstOf(launch.Operands[isWeighted ? 4 : 0]))
            {
                for (var more = target.Layout.ElementCount > 0; more; more = places.Next())
                {
                    var own = ((long*)targets)[places.Offset(target.Layout)];
                    var loss = 0.0;
                    if (own != ignored)
                    {
                        CheckClass(own, classes);
                        var weight = isWeighted ? TElement.Load(((T*)weights)[own * weightStep]) : 1;
                        loss = -weight * TElement.Load(((T*)input)[places.Offset(inputs) + (own * step)]);
                        sum += loss;
                        total += weight;
                    }

                    if (reduction == 0)
                        ((T*)output)[places.Offset(launch.Operands[2].Layout)] = TElement.Store(loss);
                }

                *(T*)totals = TElement.Store(total);
                if (reduction != 0)
                    *(T*)output = TElement.Store(reduction == 1 ? sum / total : sum);
            }
        }
    }

    private readonly struct LikelihoodBackward : IDoubleKernel
    {
        public static void Run<T, TElement>(in StructuralLaunch launch)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            ref readonly var target = ref launch.Operands[1];
            var (reduction, ignored) = (launch.Integers[0], launch.Integers[1]);
            var places = new Places(target.Layout.Shape);
            var outputs = launch.Operands[3].Layout;
            var classes = outputs.Shape[^1];
            var step = outputs.Strides[^1];
            var isWeighted = launch.Operands.Length > 4;
            var weightStep = isWeighted ? launch.Operands[4].Layout.Strides[0] : 0;
            fixed (byte* gradient = &FirstOf(launch.Operands[0]), targets = &FirstOf(target),
                totals = &FirstOf(launch.Operands[2]), output = &FirstOf(launch.Operands[3]),
                weights = &FirstOf(launch.Operands[isWeighted ? 4 : 0]))
            {
                // The output is new, and without gaps.
                for (var done = 0L; done < outputs.ElementCount; done += int.MaxValue / 2)
                {
                    new Span<T>(
                        (T*)output + done, (int)Math.Min(int.MaxValue / 2, outputs.ElementCount - done)).Clear();
                }

                var scale = reduction == 1 ? 1 / TElement.Load(*(T*)totals) : 1;
                for (var more = target.Layout.ElementCount > 0; more; more = places.Next())
                {
                    var own = ((long*)targets)[places.Offset(target.Layout)];
                    if (own == ignored)
                        continue;
                    CheckClass(own, classes);
                    var weight = isWeighted ? TElement.Load(((T*)weights)[own * weightStep]) : 1;
                    var g = TElement.Load(
                        ((T*)gradient)[reduction == 0 ? places.Offset(launch.Operands[0].Layout) : 0]);
                    ((T*)output)[places.Offset(outputs) + (own * step)] = TElement.Store(-g * weight * scale);
                }
            }
        }
    }

    private static void CheckClass(long index, long classes)
    {
        if ((ulong)index >= (ulong)classes)
            throw IndexFault.Target.Exception(index, 1, classes);
    }

    /// <summary>Walks the indices of a shape in row-major order.</summary>
    private readonly ref struct Places(Shape shape)
    {
        private readonly long[] index = new long[shape.Rank];
        private readonly Shape shape = shape;

        /// <summary>How far the index is from an operand's first element; its further dimensions stay at 0.</summary>
        public long Offset(Layout layout)
        {
            var offset = 0L;
            for (var d = 0; d < index.Length; d++)
                offset += index[d] * layout.Strides[d];
            return offset;
        }

        /// <summary>Goes to the next index, if there is one.</summary>
        public bool Next()
        {
            for (var d = index.Length - 1; d >= 0; d--)
            {
                if (++index[d] < shape[d])
                    return true;
                index[d] = 0;
            }

            return false;
        }
    }
}
