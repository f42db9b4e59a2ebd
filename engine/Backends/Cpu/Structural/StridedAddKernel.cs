using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>Adding into a layout that may reach a place more than once.</content>
internal static partial class CpuKernels
{
    private static void AddStridedAdd(Adding add) => add("strided_add", StridedAdd);

    /// <summary>The first element of an operand.</summary>
    internal static ref T First<T>(in Operand operand) where T : unmanaged => ref Unsafe.As<byte, T>(
        ref Unsafe.AddByteOffset(
            ref Unsafe.As<HostBuffer>(operand.Buffer).Data, (nint)(operand.Layout.Offset * operand.DType.Size)));

    private static void StridedAdd(in StructuralLaunch launch) => Combining.Dispatch(
        launch.Operands[1].DType, Gather.Combination.Sum, new StridedAddJob(launch.Operands[0], launch.Operands[1]));

    // One thread, in the source's order: the sum of a place is the same each time.
    private readonly struct StridedAddJob(Operand source, Operand target) : ICombiningJob
    {
        public void Run<T, TCombining>() where T : unmanaged where TCombining : struct, ICombining<T>
        {
            var walk = new Odometer(target.Layout.Shape, source.Layout.Strides, target.Layout.Strides);
            ref var from = ref First<T>(source);
            ref var to = ref First<T>(target);
            do
            {
                var (a, b) = ((nint)walk.First, (nint)walk.Second);
                for (var i = 0L; i < walk.Run; i++, a += (nint)walk.FirstStep, b += (nint)walk.SecondStep)
                {
                    ref var place = ref Unsafe.Add(ref to, b);
                    place = TCombining.Combine(place, Unsafe.Add(ref from, a));
                }
            }
            while (walk.Next());
        }
    }
}
