using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine.Cpu;

/// <summary>The words of consecutive Philox counters, eight at a time where the processor can.</summary>
internal static class RandomWords
{
    /// <summary>Fills each span with one word of the counters from <paramref name="counter"/> on.</summary>
    public static void Fill(ulong seed, ulong counter, Span<uint> x, Span<uint> y, Span<uint> z, Span<uint> w)
    {
        var i = 0;
        if (Avx2.IsSupported)
        {
            for (; i + Vector256<uint>.Count <= x.Length; i += Vector256<uint>.Count)
            {
                // Counters whose lower halves overflow within the vector are left to the loop below.
                var start = counter + (ulong)i;
                if ((uint)start > uint.MaxValue - Vector256<uint>.Count)
                    Scalar(seed, counter, x, y, z, w, i, i + Vector256<uint>.Count);
                else
                    Eight(seed, start, x, y, z, w, i);
            }
        }

        Scalar(seed, counter, x, y, z, w, i, x.Length);
    }

    private static void Scalar(
        ulong seed, ulong counter, Span<uint> x, Span<uint> y, Span<uint> z, Span<uint> w, int start, int end)
    {
        for (var i = start; i < end; i++)
            (x[i], y[i], z[i], w[i]) = Philox.Words(seed, counter + (ulong)i);
    }

    private static void Eight(
        ulong seed, ulong counter, Span<uint> x, Span<uint> y, Span<uint> z, Span<uint> w, int at)
    {
        var a = Vector256.Create((uint)counter) + Vector256<uint>.Indices;
        var b = Vector256.Create((uint)(counter >> 32));
        var (c, d) = (Vector256<uint>.Zero, Vector256<uint>.Zero);
        uint keyA = (uint)seed, keyB = (uint)(seed >> 32);
        var (timesA, timesB) = (Vector256.Create(Philox.MultiplierA), Vector256.Create(Philox.MultiplierB));
        for (var round = 0; round < Philox.Rounds; round++)
        {
            var (highA, lowA) = Multiply(a, timesA);
            var (highB, lowB) = Multiply(c, timesB);
            (a, b, c, d) = (highB ^ b ^ Vector256.Create(keyA), lowB, highA ^ d ^ Vector256.Create(keyB), lowA);
            keyA += Philox.WeylA;
            keyB += Philox.WeylB;
        }

        a.StoreUnsafe(ref MemoryMarshal.GetReference(x), (nuint)at);
        b.StoreUnsafe(ref MemoryMarshal.GetReference(y), (nuint)at);
        c.StoreUnsafe(ref MemoryMarshal.GetReference(z), (nuint)at);
        d.StoreUnsafe(ref MemoryMarshal.GetReference(w), (nuint)at);
    }

    private static (Vector256<uint> High, Vector256<uint> Low) Multiply(Vector256<uint> a, Vector256<uint> b)
    {
        var even = Avx2.Multiply(a, b).AsUInt32();
        var odd = Avx2.Multiply((a.AsUInt64() >> 32).AsUInt32(), b).AsUInt32();
        return (Avx2.Blend((even.AsUInt64() >> 32).AsUInt32(), odd, 0b10101010), a * b);
    }
}
