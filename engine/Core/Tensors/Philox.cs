namespace KernelEngine;

/// <summary>
/// Philox4x32-10 (Salmon et al. 2011): ten rounds that turn a counter and a key into four random 32-bit words. The
/// definition that every backend's kernels follow.
/// </summary>
public static class Philox
{
    /// <summary>The first multiplier.</summary>
    public const uint MultiplierA = 0xD2511F53;
    /// <summary>The second multiplier.</summary>
    public const uint MultiplierB = 0xCD9E8D57;
    /// <summary>What the first key word grows by each round.</summary>
    public const uint WeylA = 0x9E3779B9;
    /// <summary>What the second key word grows by each round.</summary>
    public const uint WeylB = 0xBB67AE85;
    /// <summary>The number of rounds.</summary>
    public const int Rounds = 10;

    /// <summary>The words of an element.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="counter">The lower half of the counter: offset plus element; the upper half is zero.</param>
    public static (uint X, uint Y, uint Z, uint W) Words(ulong seed, ulong counter) =>
        Words(seed, ((uint)counter, (uint)(counter >> 32), 0, 0));

    /// <summary>The words for a whole counter.</summary>
    internal static (uint X, uint Y, uint Z, uint W) Words(ulong seed, (uint X, uint Y, uint Z, uint W) counter)
    {
        var (x, y, z, w) = counter;
        uint keyA = (uint)seed, keyB = (uint)(seed >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var a = (ulong)MultiplierA * x;
            var b = (ulong)MultiplierB * z;
            (x, y, z, w) = ((uint)(b >> 32) ^ y ^ keyA, (uint)b, (uint)(a >> 32) ^ w ^ keyB, (uint)a);
            keyA += WeylA;
            keyB += WeylB;
        }

        return (x, y, z, w);
    }
}
