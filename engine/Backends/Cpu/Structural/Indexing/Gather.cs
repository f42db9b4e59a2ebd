using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>Elements at indices along one dimension.</content>
internal static partial class CpuKernels
{
    private static void AddGather(Adding add)
    {
        add("gather", (in launch) => BesideDimension(launch, (in part) => Elements.Words<ElementRead>(part)));
        add("scatter", (in launch) => BesideDimension(launch, (in part) => Elements.Words<ElementWrite>(part)));
        add("scatter_reduce", (in launch) => BesideDimension(
            launch, (in part) => Combining.Run<Scatter>(part, 2, (Gather.Combination)part.Integers[1])));
    }

    // Cut along a dimension that indices do not leave: what goes to one place stays with one thread, in its order.
    private static void BesideDimension(in StructuralLaunch launch, KernelBody body)
    {
        var index = launch.Operands[1].Layout;
        var cut = LaunchParts.Largest(index.Shape, 0, index.Rank, except: (int)launch.Integers[0]);
        LaunchParts.Run(launch, [cut, cut, cut], index.ElementCount, body);
    }

    private readonly struct ElementRead : IWordKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged => ElementMove<T>(
            launch.Operands[0], launch.Operands[1], launch.Operands[2], (int)launch.Integers[0], reads: true);
    }

    private readonly struct ElementWrite : IWordKernel
    {
        public static void Run<T>(in StructuralLaunch launch) where T : unmanaged => ElementMove<T>(
            launch.Operands[2], launch.Operands[1], launch.Operands[0], (int)launch.Integers[0], reads: false);
    }

    private static void ElementMove<T>(in Operand far, in Operand index, in Operand near, int dimension, bool reads)
        where T : unmanaged
    {
        var (size, stride) = (far.Layout.Shape[dimension], far.Layout.Strides[dimension]);
        var walk = new Odometer(
            index.Layout.Shape, index.Layout.Strides, near.Layout.Strides, Without(far.Layout, dimension));
        ref var places = ref First<long>(index);
        ref var there = ref First<T>(far);
        ref var here = ref First<T>(near);
        do
        {
            var (a, b, c) = ((nint)walk.First, (nint)walk.Second, walk.Third);
            for (var i = 0L; i < walk.Run; i++)
            {
                var place = Unsafe.Add(ref places, a);
                if ((ulong)place >= (ulong)size)
                    throw IndexFault.Gather.Exception(place, dimension, size);
                var at = (nint)(c + (place * stride));
                if (reads)
                    Unsafe.Add(ref here, b) = Unsafe.Add(ref there, at);
                else
                    Unsafe.Add(ref there, at) = Unsafe.Add(ref here, b);
                a += (nint)walk.FirstStep;
                b += (nint)walk.SecondStep;
                c += walk.ThirdStep;
            }
        }
        while (walk.Next());
    }

    /// <summary>The strides of a layout, where one dimension is reached by an index instead.</summary>
    private static long[] Without(Layout layout, int dimension)
    {
        var strides = layout.Strides.ToArray();
        strides[dimension] = 0;
        return strides;
    }

    // In the source's order: the value of a place is the same each time.
    private readonly struct Scatter : ICombiningKernel
    {
        public static void Run<T, TWide, TElement, TCombining>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>
            where TElement : struct, IElement<T, TWide>
            where TCombining : struct, ICombining
        {
            var (source, index, target) = (launch.Operands[0], launch.Operands[1], launch.Operands[2]);
            var dimension = (int)launch.Integers[0];
            var (size, stride) = (target.Layout.Shape[dimension], target.Layout.Strides[dimension]);
            var walk = new Odometer(
                index.Layout.Shape, index.Layout.Strides, source.Layout.Strides, Without(target.Layout, dimension));
            ref var places = ref First<long>(index);
            ref var from = ref First<T>(source);
            ref var to = ref First<T>(target);
            do
            {
                var (a, b, c) = ((nint)walk.First, (nint)walk.Second, walk.Third);
                for (var i = 0L; i < walk.Run; i++)
                {
                    var place = Unsafe.Add(ref places, a);
                    if ((ulong)place >= (ulong)size)
                        throw IndexFault.Gather.Exception(place, dimension, size);
                    ref var old = ref Unsafe.Add(ref to, (nint)(c + (place * stride)));
                    old = TElement.Store(TCombining.Combine(
                        TElement.Load(old), TElement.Load(Unsafe.Add(ref from, b))));
                    a += (nint)walk.FirstStep;
                    b += (nint)walk.SecondStep;
                    c += walk.ThirdStep;
                }
            }
            while (walk.Next());
        }
    }
}
