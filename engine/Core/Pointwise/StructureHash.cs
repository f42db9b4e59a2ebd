using System.Numerics;

namespace KernelEngine;

/// <summary>
/// A 128-bit hash of numbers in their order: two independent 64-bit mixes, wide enough for the pair to stand for what
/// was hashed.
/// </summary>
internal struct StructureHash
{
    private ulong first;
    private ulong second;

    /// <summary>A hash that begins with a number.</summary>
    public StructureHash(ulong start) =>
        (first, second) = (Mix(0x9E3779B97F4A7C15, start), Mix(0xC2B2AE3D27D4EB4F, start));

    /// <summary>The hash of what was added.</summary>
    public readonly UInt128 Value => new(first, second);

    /// <summary>Adds a number.</summary>
    public void Add(ulong value)
    {
        first = Mix(first, value);
        second = Mix(second ^ 0x165667B19E3779F9, value);
    }

    /// <summary>Adds another hash.</summary>
    public void Add(UInt128 value)
    {
        Add((ulong)value);
        Add((ulong)(value >> 64));
    }

    private static ulong Mix(ulong h, ulong value)
    {
        h = (h ^ value) * 0xFF51AFD7ED558CCD;
        h ^= h >> 32;
        h = BitOperations.RotateLeft(h * 0xC4CEB9FE1A85EC53, 29);
        return h ^ (h >> 31);
    }
}
