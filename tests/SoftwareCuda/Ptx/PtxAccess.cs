namespace KernelEngine.SoftwareCuda;

/// <summary>What <c>ld</c>, <c>st</c> and <c>atom</c> do.</summary>
internal static unsafe class PtxAccess
{
    /// <summary>The step of a load of one element or a vector of them; the address is the last operand.</summary>
    public static PtxStep Load(PtxType type, int registerSize, bool isShared, int width)
    {
        if (width == 1 && !isShared && type is { Size: 4 } && registerSize == 4)
            return (r, i) => r[i.D] = *(uint*)PtxMemory.At(r[i.A] + (ulong)i.Offset, 4, i);
        var (size, up) = (type.Size, 64 - (8 * type.Size));
        var mask = registerSize == 8 ? ulong.MaxValue : (1UL << (8 * registerSize)) - 1;
        return (r, i) =>
        {
            var place = Place(r, i, width, size * width, isShared);
            for (var k = 0; k < width; k++, place += size)
            {
                var bits = size switch { 1 => *place, 2 => *(ushort*)place, 4 => *(uint*)place, _ => *(ulong*)place };
                r[i.Operands[k]] = type.IsSigned ? (ulong)((long)(bits << up) >> up) & mask : bits;
            }
        };
    }

    /// <summary>The step of a store; the address is the first operand.</summary>
    public static PtxStep Store(PtxType type, bool isShared, int width)
    {
        var size = type.Size;
        return (r, i) =>
        {
            var place = Place(r, i, 0, size * width, isShared);
            for (var k = 1; k <= width; k++, place += size)
            {
                var bits = r[i.Operands[k]];
                switch (size)
                {
                    case 1: *place = (byte)bits; break;
                    case 2: *(ushort*)place = (ushort)bits; break;
                    case 4: *(uint*)place = (uint)bits; break;
                    default: *(ulong*)place = bits; break;
                }
            }
        };
    }

    /// <summary>The step of an atomic change of a word; null where there is none such.</summary>
    public static PtxStep? Atomic(string name, bool isShared)
    {
        Func<uint, uint, uint, uint>? change = name switch
        {
            "add.u32" or "add.s32" => (old, x, _) => old + x,
            "min.s32" => (old, x, _) => (uint)Math.Min((int)old, (int)x),
            "min.u32" => (old, x, _) => Math.Min(old, x),
            "max.s32" => (old, x, _) => (uint)Math.Max((int)old, (int)x),
            "max.u32" => (old, x, _) => Math.Max(old, x),
            "or.b32" => (old, x, _) => old | x,
            "and.b32" => (old, x, _) => old & x,
            "exch.b32" => (_, x, _) => x,
            "cas.b32" => (old, x, y) => old == x ? y : old,
            _ => null,
        };
        if (change is null)
            return null;
        return (r, i) =>
        {
            var place = (uint*)Place(r, i, 1, 4, isShared);
            var old = *place;
            *place = change(old, (uint)r[i.B], (uint)r[i.C]);
            r[i.D] = old;
        };
    }

    /// <summary>Where the host has what an operand is the address of.</summary>
    public static byte* Place(ulong* r, PtxInstruction i, int operand, int size, bool isShared)
    {
        var address = r[i.Operands[operand]] + (ulong)i.Offset;
        return isShared ? SharedPlace(r, i, address, size) : (byte*)PtxMemory.At(address, size, i);
    }

    /// <summary>Where the host has what lies at an address of shared memory.</summary>
    public static byte* SharedPlace(ulong* r, PtxInstruction i, ulong address, int size)
    {
        if (address + (ulong)size > r[PtxRegisters.SharedBytes])
            throw new PtxFaultException(700, $"0x{address:X} is beyond shared memory: {i.Text}");
        return (address & (ulong)(size - 1)) == 0
            ? (byte*)r[PtxRegisters.Shared] + address
            : throw new PtxFaultException(716, $"0x{address:X} is not aligned: {i.Text}");
    }
}

/// <summary>The first of a thread's registers, which no kernel declares.</summary>
internal static class PtxRegisters
{
    /// <summary>Where shared memory lies in the host's.</summary>
    public const int Shared = 0;

    /// <summary>How much of it there is.</summary>
    public const int SharedBytes = 1;

    /// <summary>Where the parameters lie.</summary>
    public const int Parameters = 2;

    /// <summary>The special registers, three of a kind for the axes.</summary>
    public const int Special = 3;

    /// <summary>How many of them there are.</summary>
    public const int Count = Special + 13;

    /// <summary>The place of a special register; -1 where there is none such.</summary>
    public static int Find(string name)
    {
        if (name == "%laneid")
            return Special + 12;
        var kind = Array.IndexOf(Kinds, name[..^2]);
        var axis = name[^2] == '.' ? "xyz".IndexOf(name[^1]) : -1;
        return kind < 0 || axis < 0 ? -1 : Special + (3 * kind) + axis;
    }

    private static readonly string[] Kinds = ["%tid", "%ctaid", "%ntid", "%nctaid"];
}
