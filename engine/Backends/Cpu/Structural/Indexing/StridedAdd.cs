using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>Adding into a layout that may reach a place more than once.</content>
internal static partial class CpuKernels
{
    private static void AddStridedAdd(Adding add) => add(
        "strided_add", (in launch) => Combining.Run<StridedAdd>(launch, 1, Gather.Combination.Sum));

    /// <summary>The first element of an operand.</summary>
    internal static ref T First<T>(in Operand operand) where T : unmanaged => ref Unsafe.As<byte, T>(
        ref Unsafe.AddByteOffset(
            ref Unsafe.As<HostBuffer>(operand.Buffer).Data, (nint)(operand.Layout.Offset * operand.DType.Size)));

    // One thread, in the source's order: the sum of a place is the same each time.
    private readonly struct StridedAdd : ICombiningKernel
    {
        public static void Run<T, TWide, TElement, TCombining>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>
            where TElement : struct, IElement<T, TWide>
            where TCombining : struct, ICombining
        {
            var (source, target) = (launch.Operands[0], launch.Operands[1]);
            var walk = new Odometer(target.Layout.Shape, source.Layout.Strides, target.Layout.Strides);
            ref var from = ref First<T>(source);
            ref var to = ref First<T>(target);
            do
            {
                var (a, b) = ((nint)walk.First, (nint)walk.Second);
                for (var i = 0L; i < walk.Run; i++, a += (nint)walk.FirstStep, b += (nint)walk.SecondStep)
                {
                    ref var place = ref Unsafe.Add(ref to, b);
                    place = TElement.Store(TCombining.Combine(
                        TElement.Load(place), TElement.Load(Unsafe.Add(ref from, a))));
                }
            }
            while (walk.Next());
        }
    }
}
