using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <summary>The native library that an interface's functions are in. It stays for the life of the process: drivers do
/// not take unloading well.</summary>
internal static class InterfaceLibrary
{
    /// <summary>The first of some libraries that there is; 0 where there is none.</summary>
    /// <param name="names">What it may be called.</param>
    /// <param name="found">What it is called.</param>
    public static nint Load(ReadOnlySpan<string> names, out string found)
    {
        foreach (var name in names)
        {
            found = name;
            if (NativeLibrary.TryLoad(name, out var library))
                return library;
        }

        found = "";
        return 0;
    }

    /// <summary>The place of a function; 0 where the library has none of that name.</summary>
    public static nint Export(nint library, string name) =>
        NativeLibrary.TryGetExport(library, name, out var address) ? address : 0;
}
