using System.Runtime.InteropServices;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Calls functions of the Microsoft calling convention on every system. libvkd3d's objects have it on Linux too, where
/// .NET knows only the system's own: there a piece of machine code moves the arguments over.
/// </summary>
internal static unsafe partial class MicrosoftCall
{
    // Arguments in rdi (the function), rsi, rdx, rcx, r8, r9 and on the stack go to rcx, rdx, r8, r9 and on the stack
    // behind 32 bytes for the callee. What there are fewer of is moved too, and nobody looks at it.
    private static readonly byte[] Mover =
    [
        0x48, 0x89, 0xf8,             // mov rax, rdi
        0x48, 0x83, 0xec, 0x48,       // sub rsp, 72
        0x4c, 0x89, 0x4c, 0x24, 0x20, // mov [rsp + 32], r9
        0x4c, 0x8b, 0x54, 0x24, 0x50, // mov r10, [rsp + 80]
        0x4c, 0x89, 0x54, 0x24, 0x28, // mov [rsp + 40], r10
        0x4c, 0x8b, 0x54, 0x24, 0x58, // mov r10, [rsp + 88]
        0x4c, 0x89, 0x54, 0x24, 0x30, // mov [rsp + 48], r10
        0x4c, 0x8b, 0x54, 0x24, 0x60, // mov r10, [rsp + 96]
        0x4c, 0x89, 0x54, 0x24, 0x38, // mov [rsp + 56], r10
        0x4d, 0x89, 0xc1,             // mov r9, r8
        0x49, 0x89, 0xc8,             // mov r8, rcx
        0x48, 0x89, 0xf1,             // mov rcx, rsi
        0xff, 0xd0,                   // call rax
        0x48, 0x83, 0xc4, 0x48,       // add rsp, 72
        0xc3,                         // ret
    ];

    // On other processors than these two conventions' there is one convention.
    private static readonly nint Thunk =
        OperatingSystem.IsWindows() || RuntimeInformation.ProcessArchitecture != Architecture.X64 ? 0 : Place(Mover);

    /// <summary>Calls a function of up to eight arguments, none of which is a real number.</summary>
    public static nint Invoke(
        nint function, nint a, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0, nint g = 0, nint h = 0) =>
        Thunk == 0
            ? ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint, nint>)function)(
                a, b, c, d, e, f, g, h)
            : ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint, nint, nint>)Thunk)(
                function, a, b, c, d, e, f, g, h);

    /// <summary>Places machine code where it can be called; it stays there.</summary>
    public static nint Place(ReadOnlySpan<byte> code)
    {
        const int Read = 1, Write = 2, Execute = 4, Private = 2, Anonymous = 0x20, MacAnonymous = 0x1000;
        var size = (nuint)Environment.SystemPageSize;
        var page = Map(0, size, Read | Write, Private | (OperatingSystem.IsMacOS() ? MacAnonymous : Anonymous), -1, 0);
        if (page == -1)
            throw new PlatformNotSupportedException("the system gives no memory for calls of Direct3D");
        code.CopyTo(new((void*)page, code.Length));
        return Protect(page, size, Read | Execute) == 0
            ? page
            : throw new PlatformNotSupportedException(
                "the system does not let memory be executed, as calls of Direct3D need");
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);
}
