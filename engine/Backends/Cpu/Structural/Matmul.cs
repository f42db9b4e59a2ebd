using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>Products of matrices, on <see cref="Gemm"/>.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddMatmul(Adding add) => add(
        "matmul", (in launch) => Elements.Own<Multiplication>(launch, 2), (_, dtype) => dtype != DType.Bool);

    private readonly struct Multiplication : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            // Whole factors by way of int64, which keeps the lower bits.
            var isReal = launch.Operands[2].DType.IsFloatingPoint;
            Multiply(launch, Factor(launch.Reals[0]), Factor(launch.Reals[1]));

            T Factor(double value) => TElement.Store(
                isReal ? TWide.CreateTruncating(value) : TWide.CreateTruncating((long)value));
        }
    }

    private static void Multiply<T>(in StructuralLaunch launch, T alpha, T beta) where T : unmanaged
    {
        ref readonly var a = ref launch.Operands[0];
        ref readonly var b = ref launch.Operands[1];
        ref readonly var c = ref launch.Operands[2];
        var rank = c.Layout.Rank;
        var hasAddend = launch.Operands.Length > 3 && launch.Reals[1] != 0;
        // Written while it is read, it is no bias.
        var isBias = hasAddend && launch.Reals[1] == 1 && IsRow(launch.Operands[3].Layout) &&
            !ReferenceEquals(launch.Operands[3].Buffer, c.Buffer);
        if (hasAddend && !isBias && !(ReferenceEquals(launch.Operands[3].Buffer, c.Buffer) &&
            launch.Operands[3].Layout.SameAs(c.Layout)))
        {
            PointwiseExecution.Run(new PointwiseLaunch
            {
                Program = CopyPrograms.Copy(c.DType, c.DType),
                Operands = [launch.Operands[3], c],
            });
        }

        fixed (byte* pa = &FirstOf(a), pb = &FirstOf(b), pc = &FirstOf(c),
            bias = &FirstOf(isBias ? launch.Operands[3] : c))
        {
            var sa = a.Layout.Strides[^2..];
            var sb = b.Layout.Strides[^2..];
            Product<T> product;
            product.M = (nint)c.Layout.Shape[rank - 2];
            product.N = (nint)c.Layout.Shape[rank - 1];
            product.K = (nint)a.Layout.Shape[rank - 1];
            product.A = (T*)pa;
            product.ARow = (nint)sa[0];
            product.AStep = (nint)sa[1];
            product.B = (T*)pb;
            product.BStep = (nint)sb[0];
            product.BColumn = (nint)sb[1];
            product.C = (T*)pc;
            product.Ldc = (nint)c.Layout.Strides[rank - 2];
            product.Alpha = alpha;
            product.Beta = hasAddend && !isBias ? beta : default;
            product.Bias = isBias ? (T*)bias : null;
            if (rank == 2)
            {
                Gemm.Run(product, [], [], [], []);
                return;
            }

            var lead = rank - 2;
            Span<nint> numbers = stackalloc nint[4 * lead];
            for (var d = 0; d < lead; d++)
            {
                numbers[d] = (nint)c.Layout.Shape[d];
                numbers[lead + d] = (nint)a.Layout.Strides[d];
                numbers[(2 * lead) + d] = (nint)b.Layout.Strides[d];
                numbers[(3 * lead) + d] = (nint)c.Layout.Strides[d];
            }

            Gemm.Run(product, numbers[..lead], numbers.Slice(lead, lead), numbers.Slice(2 * lead, lead),
                numbers[(3 * lead)..]);
        }
    }

    /// <summary>Whether a layout repeats one row of adjacent elements.</summary>
    private static bool IsRow(Layout layout)
    {
        var strides = layout.Strides;
        if (strides[^1] != 1 && layout.Shape[^1] != 1)
            return false;
        for (var d = 0; d < strides.Length - 1; d++)
        {
            if (strides[d] != 0 && layout.Shape[d] != 1)
                return false;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte FirstOf(in Operand operand) => ref Unsafe.AddByteOffset(
        ref Unsafe.As<HostBuffer>(operand.Buffer).Data, (nint)(operand.Layout.Offset * operand.DType.Size));
}
