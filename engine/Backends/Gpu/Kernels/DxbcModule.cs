using System.Numerics;
using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <summary>
/// What is done to a module of DXBC before vkd3d makes Vulkan of it. That takes what comparisons and conversions of
/// doubles give in the component x: for y and z it reads the wrong double of a constant, two at once it refuses, and w
/// ends the process.
/// </summary>
internal static class DxbcModule
{
    private const int HashedFrom = 5, Size = 6, ChunkCount = 7;
    private const uint Magic = 0x43425844; // DXBC
    private const uint Shader = 0x58454853, OldShader = 0x52444853; // SHEX, SHDR
    private const uint Extended = 1u << 31, Temporary = 0x00100002, MaskX = 1 << 4, Swizzled = 1 << 2;

    private enum Op
    {
        CustomData = 53,
        Mov = 54,
        DeclareTemporaries = 104,
        Deq = 195,
        Dge = 196,
        Dlt = 197,
        Dne = 198,
        Dtof = 201,
        Dtoi = 214,
        Dtou = 215,
    }

    /// <summary>Whether bytes are a module that has all of its parts, as it was compiled.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> module)
    {
        var words = MemoryMarshal.Cast<byte, uint>(module);
        if (module.Length % sizeof(uint) != 0 || words.Length <= ChunkCount || words[0] != Magic ||
            words[Size] != module.Length || words[ChunkCount] >= words.Length - ChunkCount ||
            !words[1..HashedFrom].SequenceEqual(Hash(words[HashedFrom..])))
        {
            return false;
        }

        // Where each part begins: with its name and its length.
        foreach (var offset in words.Slice(ChunkCount + 1, (int)words[ChunkCount]))
        {
            if (offset % sizeof(uint) != 0 || offset + 8L > module.Length ||
                offset + 8L + words[(int)(offset / sizeof(uint)) + 1] > module.Length)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same module, where each such instruction has one result, of doubles that vkd3d finds.</summary>
    /// <param name="module">Its words, which are given back where there is nothing to change.</param>
    public static ReadOnlySpan<uint> SeparateDoubles(ReadOnlySpan<uint> module)
    {
        var chunks = module.Slice(ChunkCount + 1, (int)module[ChunkCount]);
        foreach (var offset in chunks)
        {
            var start = (int)offset / sizeof(uint);
            if (module[start] is not (Shader or OldShader))
                continue;
            var end = start + 2 + (int)module[start + 1] / sizeof(uint);
            var program = Separate(module[(start + 2)..end]);
            if (program.Length == end - start - 2)
                return module;
            uint[] changed = [.. module[..(start + 2)], .. program, .. module[end..]];
            var added = (uint)(changed.Length - module.Length) * sizeof(uint);
            changed[start + 1] += added;
            changed[Size] += added;
            for (var i = 0; i < chunks.Length; i++)
                changed[ChunkCount + 1 + i] += chunks[i] > offset ? added : 0;
            Hash(changed.AsSpan(HashedFrom)).CopyTo(changed, 1);
            return changed;
        }

        return module;
    }

    /// <summary>What stands in a module's words 1 to 4, of the words behind: MD5, but for how it ends.</summary>
    public static uint[] Hash(ReadOnlySpan<uint> words)
    {
        uint[] state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
        var (bits, ending) = ((uint)words.Length * 32, (uint)words.Length * 8 | 1);
        for (; words.Length >= 16; words = words[16..])
            Mix(state, words);
        var isLong = words.Length >= 14;
        var last = new uint[isLong ? 32 : 16];
        words.CopyTo(last.AsSpan(isLong ? 0 : 1));
        last[words.Length + (isLong ? 0 : 1)] = 0x80;
        (last[^16], last[^1]) = (bits, ending);
        for (var block = 0; block < last.Length; block += 16)
            Mix(state, last.AsSpan(block));
        return state;
    }

    // A program begins with its version and its length.
    private static ReadOnlySpan<uint> Separate(ReadOnlySpan<uint> program)
    {
        List<uint> changed = [];
        var (copied, declaration) = (0, 0);
        for (int at = 2, length; at < program.Length; at += length)
        {
            var op = (Op)(program[at] & 0x7ff);
            length = (int)(op == Op.CustomData ? program[at + 1] : program[at] >> 24 & 0x7f);
            if (op == Op.DeclareTemporaries)
                declaration = at + 1;
            if (op is not (Op.Deq or Op.Dge or Op.Dlt or Op.Dne or Op.Dtof or Op.Dtoi or Op.Dtou))
                continue;
            var target = 1;
            while ((program[at + target - 1] & Extended) != 0)
                target++;
            var mask = program[at + target] >> 4 & 15;
            if (mask == 1)
                continue;
            changed.AddRange(program[copied..at]);
            copied = at + length;
            Separate(program[at..copied], target, mask, program[declaration], changed);
        }

        if (copied == 0)
            return program;
        changed.AddRange(program[copied..]);
        changed[1] = (uint)changed.Count;
        changed[declaration]++;
        return CollectionsMarshal.AsSpan(changed);
    }

    // Each result by itself into a component of a new temporary; then all of them to where they belong.
    private static void Separate(
        ReadOnlySpan<uint> instruction, int target, uint mask, uint temporary, List<uint> changed)
    {
        var sources = target + LengthOf(instruction[target..]);
        var (results, swizzle) = (0, 0u);
        for (var component = 0; component < 4; component++)
        {
            if ((mask >> component & 1) == 0)
                continue;
            var first = changed.Count;
            changed.AddRange(instruction[..target]);
            changed.AddRange(Temporary | MaskX << results, temporary);
            for (int at = sources, length; at < instruction.Length; at += length)
            {
                length = LengthOf(instruction[at..]);
                AddDouble(instruction.Slice(at, length), results, changed);
            }

            changed[first] = WithLength(changed[first], changed.Count - first);
            swizzle |= (uint)results++ << (4 + 2 * component);
        }

        changed.Add(WithLength((uint)Op.Mov, 1 + sources - target + 2));
        changed.AddRange(instruction[target..sources]);
        changed.AddRange(Temporary | Swizzled | swizzle, temporary);
    }

    // The first or the second double of an operand, as its first.
    private static void AddDouble(ReadOnlySpan<uint> operand, int index, List<uint> changed)
    {
        var first = changed.Count;
        changed.AddRange(operand);
        if (index == 0)
            return;
        if (IsImmediate(operand[0]))
        {
            operand[^2..].CopyTo(CollectionsMarshal.AsSpan(changed)[^4..]);
        }
        else
        {
            var pair = operand[0] >> 8 & 15;
            changed[first] = operand[0] & ~(0xffu << 4) | pair << 4 | pair << 8;
        }
    }

    private static uint WithLength(uint opcode, int length) => opcode & ~(0x7fu << 24) | (uint)length << 24;

    private static bool IsImmediate(uint operand) => (operand >> 12 & 0xff) is 4 or 5;

    private static int LengthOf(ReadOnlySpan<uint> operand)
    {
        var head = operand[0];
        var length = 1;
        while ((operand[length - 1] & Extended) != 0)
            length++;
        if (IsImmediate(head))
            return length + ((head & 3) == 2 ? 4 : (head >> 12 & 0xff) == 5 ? 2 : 1);
        for (var dimension = 0; dimension < (head >> 20 & 3); dimension++)
        {
            // How an index is given: a word, two, another operand, or both of them.
            var form = head >> (22 + 3 * dimension) & 7;
            length += form switch { 0 or 3 => 1, 1 or 4 => 2, _ => 0 };
            length += form >= 2 ? LengthOf(operand[length..]) : 0;
        }

        return length;
    }

    // Rivest: The MD5 Message-Digest Algorithm, RFC 1321, 1992
    private static void Mix(uint[] state, ReadOnlySpan<uint> block)
    {
        ReadOnlySpan<byte> turns = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        for (var i = 0; i < 64; i++)
        {
            var (mixed, word) = (i / 16) switch
            {
                0 => (b & c | ~b & d, i),
                1 => (d & b | ~d & c, 5 * i + 1),
                2 => (b ^ c ^ d, 3 * i + 5),
                _ => (c ^ (b | ~d), 7 * i),
            };
            var sum = a + mixed + (uint)(Math.Abs(Math.Sin(i + 1)) * 4294967296.0) + block[word % 16];
            (a, d, c, b) = (d, c, b, b + BitOperations.RotateLeft(sum, turns[i / 16 * 4 + i % 4]));
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}
