using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <summary>What is done to a module that glslang made.</summary>
internal static class SpirVModule
{
    private const int HeaderWords = 5;

    private enum Op
    {
        Name = 5,
        ExtInst = 12,
        TypeFloat = 22,
        Function = 54,
        Decorate = 71,
        FNegate = 127,
        FAdd = 129,
        FSub = 131,
        FMul = 133,
        FDiv = 136,
        FRem = 140,
        FMod = 141,
        VectorTimesScalar = 142,
        Dot = 148,
    }

    /// <summary>
    /// Forbids to contract or reorder any real arithmetic of it: GLSL's <c>precise</c> would have to stand before
    /// each variable.
    /// </summary>
    public static uint[] ForbidContraction(ReadOnlySpan<uint> words)
    {
        const uint noContraction = 42;
        var decorations = new List<uint>();
        var place = 0;
        for (var i = HeaderWords; i < words.Length; i += (int)(words[i] >> 16))
        {
            var op = (Op)(words[i] & 0xffff);

            // Decorations stand before the types, so before the first of these.
            if (place == 0 && words[i] >> 16 > 0 && (int)op is >= 19 and <= 33)
                place = i;
            if (op is Op.FNegate or Op.FAdd or Op.FSub or Op.FMul or Op.FDiv or Op.FRem or Op.FMod
                or Op.VectorTimesScalar or Op.Dot)
            {
                decorations.AddRange([(3u << 16) | (uint)Op.Decorate, words[i + 2], noContraction]);
            }
        }

        return [.. words[..place], .. CollectionsMarshal.AsSpan(decorations), .. words[place..]];
    }
}
