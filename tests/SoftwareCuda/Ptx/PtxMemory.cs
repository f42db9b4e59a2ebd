using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine.SoftwareCuda;

/// <summary>The memory that threads may touch: what was allocated, and nothing beside it.</summary>
internal static unsafe class PtxMemory
{
    // Never given out: no other place may be taken for one.
    private const int Guard = 256;

    private static readonly Lock Gate = new();
    private static readonly SortedList<ulong, ulong> Pieces = [];

    [ThreadStatic]
    private static ulong lastStart, lastEnd;

    [ThreadStatic]
    private static int lastVersion;

    private static volatile int version;

    /// <summary>Bytes that are allocated now.</summary>
    public static long Allocated { get; private set; }

    /// <summary>Allocates memory, filled with what nobody expects.</summary>
    public static ulong Allocate(ulong bytes)
    {
        var pointer = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + (2 * Guard), Guard) + Guard;
        new Span<byte>(pointer, (int)Math.Min(bytes, int.MaxValue)).Fill(0xDB);
        lock (Gate)
        {
            Pieces.Add((ulong)pointer, bytes);
            Allocated += (long)bytes;
        }

        return (ulong)pointer;
    }

    /// <summary>Gives memory back; false where it was none.</summary>
    public static bool Free(ulong address)
    {
        lock (Gate)
        {
            if (!Pieces.Remove(address, out var bytes))
                return false;
            Allocated -= (long)bytes;
            version++;
        }

        NativeMemory.AlignedFree((byte*)address - Guard);
        return true;
    }

    /// <summary>Whether so many bytes from a place on were allocated as one piece.</summary>
    public static bool Holds(ulong address, ulong bytes)
    {
        lock (Gate)
        {
            var (low, high) = (0, Pieces.Count - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                if (Pieces.Keys[middle] <= address)
                    low = middle + 1;
                else
                    high = middle - 1;
            }

            if (high < 0)
                return false;
            (lastStart, lastEnd) = (Pieces.Keys[high], Pieces.Keys[high] + Pieces.Values[high]);
            lastVersion = version;
            return address + bytes <= lastEnd;
        }
    }

    /// <summary>The place of an access.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* At(ulong address, int size, PtxInstruction instruction)
    {
        if (address < lastStart || address + (ulong)size > lastEnd || lastVersion != version)
            Find(address, size, instruction);
        if ((address & (ulong)(size - 1)) != 0)
            throw new PtxFaultException(716, $"0x{address:X} is not aligned: {instruction.Text}");
        return (void*)address;
    }

    private static void Find(ulong address, int size, PtxInstruction instruction)
    {
        if (!Holds(address, (ulong)size))
            throw new PtxFaultException(700, $"nothing was allocated at 0x{address:X}: {instruction.Text}");
    }
}
