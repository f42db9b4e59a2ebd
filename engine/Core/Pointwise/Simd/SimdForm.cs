using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine;

/// <summary>A step of a program as processors run it.</summary>
/// <param name="Loop">
/// A function over blocks: <c>(result, a, b, c, elements)</c>. Vector loops take multiples of 16 elements; the
/// others (<paramref name="IsExact"/>) any number.
/// </param>
/// <param name="IsExact">Whether it must not be run for more elements than there are.</param>
/// <param name="Vector">
/// The method that computes a whole vector of so many lanes, for the emitter; null where there is none.
/// </param>
internal sealed record SimdCode(nint Loop, bool IsExact = false, Func<int, MethodInfo?>? Vector = null);

/// <summary>How processors compute a primitive; for some kinds of lanes, each with vectors of any width.</summary>
internal abstract class SimdForm
{
    /// <summary>The code for an instruction.</summary>
    /// <param name="step">The instruction.</param>
    /// <param name="from">The lanes of its arguments; of a select, of what it chooses among.</param>
    /// <param name="to">The lanes of its result.</param>
    public abstract SimdCode? Of(in Instruction step, Lane from, Lane to);

    public static SimdForm Unary<F>() where F : IUnaryForm => new UnaryOf<F>();

    public static SimdForm Binary<F>() where F : IBinaryForm => new BinaryOf<F, F>();

    /// <summary>With a form of its own for masks.</summary>
    public static SimdForm Binary<F, M>() where F : IBinaryForm where M : IBinaryForm => new BinaryOf<F, M>();

    public static SimdForm Ternary<F>() where F : ITernaryForm => new TernaryOf<F>();

    /// <summary>Of reals by vectors, of whole numbers element by element.</summary>
    public static SimdForm Quotient<F, W>() where F : IBinaryForm where W : IScalarForm => new QuotientOf<F, W>();

    public static SimdForm Scalar<W>() where W : IScalarForm => new ScalarOf<W>();

    private sealed class UnaryOf<F> : SimdForm where F : IUnaryForm
    {
        private static readonly SimdCode?[] Codes = new SimdCode?[6];

        public override SimdCode? Of(in Instruction step, Lane from, Lane to) => Codes[(int)from] ??= from switch
        {
            Lane.Float32 => Make<float>(),
            Lane.Float64 => Make<double>(),
            Lane.Int64 or Lane.Mask64 => Make<long>(),
            _ => Make<int>(),
        };

        private static SimdCode Make<T>() where T : unmanaged =>
            new(SimdLoops.OfUnary<F, T>(), Vector: SimdVectors.OfUnary<F, T>);
    }

    private sealed class BinaryOf<F, M> : SimdForm where F : IBinaryForm where M : IBinaryForm
    {
        private static readonly SimdCode?[] Codes = new SimdCode?[6];

        public override SimdCode? Of(in Instruction step, Lane from, Lane to) => Codes[(int)from] ??= from switch
        {
            Lane.Float32 => Make<F, float>(),
            Lane.Float64 => Make<F, double>(),
            Lane.Int64 => Make<F, long>(),
            Lane.Int32 => Make<F, int>(),
            Lane.Mask64 => Make<M, long>(),
            _ => Make<M, int>(),
        };

        private static SimdCode Make<G, T>() where G : IBinaryForm where T : unmanaged =>
            new(SimdLoops.OfBinary<G, T>(), Vector: SimdVectors.OfBinary<G, T>);
    }

    private sealed class TernaryOf<F> : SimdForm where F : ITernaryForm
    {
        private static readonly SimdCode?[] Codes = new SimdCode?[6];

        public override SimdCode? Of(in Instruction step, Lane from, Lane to) => Codes[(int)from] ??= from switch
        {
            Lane.Float32 => Make<float>(),
            Lane.Float64 => Make<double>(),
            Lane.Int64 or Lane.Mask64 => Make<long>(),
            _ => Make<int>(),
        };

        private static SimdCode Make<T>() where T : unmanaged =>
            new(SimdLoops.OfTernary<F, T>(), Vector: SimdVectors.OfTernary<F, T>);
    }

    private sealed class QuotientOf<F, W> : SimdForm where F : IBinaryForm where W : IScalarForm
    {
        private readonly SimdForm reals = Binary<F>();
        private readonly SimdForm whole = Scalar<W>();

        public override SimdCode? Of(in Instruction step, Lane from, Lane to) =>
            (from is Lane.Float32 or Lane.Float64 ? reals : whole).Of(step, from, to);
    }

    private sealed class ScalarOf<W> : SimdForm where W : IScalarForm
    {
        private static readonly SimdCode?[] Codes = new SimdCode?[6];

        public override SimdCode? Of(in Instruction step, Lane from, Lane to) => Codes[(int)from] ??= from switch
        {
            Lane.Float32 => new(SimdLoops.OfScalar<W, float>(), IsExact: true),
            Lane.Float64 => new(SimdLoops.OfScalar<W, double>(), IsExact: true),
            Lane.Int64 => new(SimdLoops.OfScalar<W, long>(), IsExact: true),
            Lane.Int32 => new(SimdLoops.OfScalar<W, int>(), IsExact: true),
            _ => null,
        };
    }
}

/// <summary>Finds the methods of forms for vectors of a number of lanes, where code can be emitted.</summary>
internal static class SimdVectors
{
    public static MethodInfo? OfCast<F, A, R>() where F : ICastForm<A, R> =>
        RuntimeFeature.IsDynamicCodeCompiled ? ((Func<A, R>)F.Invoke).Method : null;

    public static unsafe MethodInfo? OfUnary<F, T>(int lanes) where F : IUnaryForm where T : unmanaged
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
            return null;
        return (lanes * sizeof(T)) switch
        {
            64 => ((Func<Vector512<T>, Vector512<T>>)F.Invoke<Simd512<T>, Vector512<T>, T>).Method,
            32 => ((Func<Vector256<T>, Vector256<T>>)F.Invoke<Simd256<T>, Vector256<T>, T>).Method,
            16 => ((Func<Vector128<T>, Vector128<T>>)F.Invoke<Simd128<T>, Vector128<T>, T>).Method,
            _ => null,
        };
    }

    public static unsafe MethodInfo? OfBinary<F, T>(int lanes) where F : IBinaryForm where T : unmanaged
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
            return null;
        return (lanes * sizeof(T)) switch
        {
            64 => ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)F.Invoke<Simd512<T>, Vector512<T>, T>).Method,
            32 => ((Func<Vector256<T>, Vector256<T>, Vector256<T>>)F.Invoke<Simd256<T>, Vector256<T>, T>).Method,
            16 => ((Func<Vector128<T>, Vector128<T>, Vector128<T>>)F.Invoke<Simd128<T>, Vector128<T>, T>).Method,
            _ => null,
        };
    }

    public static unsafe MethodInfo? OfTernary<F, T>(int lanes) where F : ITernaryForm where T : unmanaged
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
            return null;
        return (lanes * sizeof(T)) switch
        {
            64 => ((Func<Vector512<T>, Vector512<T>, Vector512<T>, Vector512<T>>)
                F.Invoke<Simd512<T>, Vector512<T>, T>).Method,
            32 => ((Func<Vector256<T>, Vector256<T>, Vector256<T>, Vector256<T>>)
                F.Invoke<Simd256<T>, Vector256<T>, T>).Method,
            16 => ((Func<Vector128<T>, Vector128<T>, Vector128<T>, Vector128<T>>)
                F.Invoke<Simd128<T>, Vector128<T>, T>).Method,
            _ => null,
        };
    }
}
