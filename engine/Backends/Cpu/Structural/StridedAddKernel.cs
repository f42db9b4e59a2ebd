using System.Numerics;
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

    private static void StridedAdd(in StructuralLaunch launch)
    {
        var (source, target) = (launch.Operands[0], launch.Operands[1]);
        switch (target.DType.Code)
        {
            case DTypeCode.Float32: StridedAdd<float>(source, target); break;
            case DTypeCode.Float64: StridedAdd<double>(source, target); break;
            case DTypeCode.Float16: StridedAdd<Half>(source, target); break;
            case DTypeCode.BFloat16: StridedAddBFloat16(source, target); break;
            case DTypeCode.Int64: StridedAdd<long>(source, target); break;
            case DTypeCode.Int32: StridedAdd<int>(source, target); break;
            case DTypeCode.Int16: StridedAdd<short>(source, target); break;
            default: StridedAdd<byte>(source, target); break;
        }
    }

    // One thread, in the source's order: the sum of a place is the same each time.
    private static void StridedAdd<T>(in Operand source, in Operand target)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        var walk = new Odometer(target.Layout.Shape, source.Layout.Strides, target.Layout.Strides);
        ref var from = ref First<T>(source);
        ref var to = ref First<T>(target);
        do
        {
            var (a, b) = ((nint)walk.First, (nint)walk.Second);
            for (var i = 0L; i < walk.Run; i++, a += (nint)walk.FirstStep, b += (nint)walk.SecondStep)
                Unsafe.Add(ref to, b) += Unsafe.Add(ref from, a);
        }
        while (walk.Next());
    }

    private static void StridedAddBFloat16(in Operand source, in Operand target)
    {
        var walk = new Odometer(target.Layout.Shape, source.Layout.Strides, target.Layout.Strides);
        ref var from = ref First<BFloat16>(source);
        ref var to = ref First<BFloat16>(target);
        do
        {
            var (a, b) = ((nint)walk.First, (nint)walk.Second);
            for (var i = 0L; i < walk.Run; i++, a += (nint)walk.FirstStep, b += (nint)walk.SecondStep)
                Unsafe.Add(ref to, b) = (BFloat16)((float)Unsafe.Add(ref to, b) + (float)Unsafe.Add(ref from, a));
        }
        while (walk.Next());
    }
}
