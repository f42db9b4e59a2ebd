using System.Runtime.InteropServices;

namespace KernelEngine.Cpu;

/// <summary>Memory per thread, aligned to 64 bytes, kept from call to call: room to pack operands.</summary>
/// <remarks>
/// The contents last until the same thread asks for the same part again. What is kept is bounded by what is asked
/// for: blocks of fixed size, never whole matrices.
/// </remarks>
internal sealed unsafe class Scratch
{
    [ThreadStatic] private static Scratch? _packing;
    [ThreadStatic] private static Scratch? _converting;
    [ThreadStatic] private static Scratch? _turning;
    private byte* _block;
    private nuint _bytes;

    ~Scratch() => NativeMemory.AlignedFree(_block);

    /// <summary>Room for packed panels, with undefined contents.</summary>
    public static byte* Packing(nint bytes) => (_packing ??= new Scratch()).Take((nuint)bytes);

    /// <summary>Room for operands converted to another type, with undefined contents.</summary>
    public static byte* Converting(nint bytes) => (_converting ??= new Scratch()).Take((nuint)bytes);

    /// <summary>Room for a result that is yet to be transposed, with undefined contents.</summary>
    public static byte* Turning(nint bytes) => (_turning ??= new Scratch()).Take((nuint)bytes);

    private byte* Take(nuint bytes) => _bytes >= bytes ? _block : Grow(bytes);

    private byte* Grow(nuint bytes)
    {
        NativeMemory.AlignedFree(_block);
        _block = null;
        _bytes = 0;
        bytes = (bytes + 65535) & ~(nuint)65535;
        _block = (byte*)NativeMemory.AlignedAlloc(bytes, 64);
        _bytes = bytes;
        return _block;
    }
}
