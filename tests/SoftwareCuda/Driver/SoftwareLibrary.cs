using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace KernelEngine.SoftwareCuda;

/// <summary>
/// The driver's functions as a native library that this process can load: each jumps where a table says, and the table
/// has the functions of <see cref="Exports"/>.
/// </summary>
public static class SoftwareLibrary
{
    private const string Table = "software_cuda_table";

    /// <summary>Makes and fills the library.</summary>
    /// <param name="compiler">A clang; null where there is none.</param>
    /// <returns>Its path; null where that cannot be done here.</returns>
    public static unsafe string? Build(string? compiler)
    {
        if (compiler is null || !OperatingSystem.IsLinux() ||
            RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
            return null;
        var functions = typeof(Exports).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(m => (Method: m, m.GetCustomAttribute<UnmanagedCallersOnlyAttribute>()?.EntryPoint))
            .Where(f => f.EntryPoint is not null).OrderBy(f => f.EntryPoint, StringComparer.Ordinal).ToArray();
        var text = Write([.. functions.Select(f => f.EntryPoint!)]);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        var path = Path.Combine(Path.GetTempPath(), $"libcuda-software-{Environment.UserName}-{hash}.so");
        if (!File.Exists(path) && !Compile(compiler, text, path))
            return null;
        var library = NativeLibrary.Load(path);
        var table = (nint*)NativeLibrary.GetExport(library, Table);
        for (var i = 0; i < functions.Length; i++)
            table[i] = functions[i].Method.MethodHandle.GetFunctionPointer();
        return path;
    }

    private static string Write(string[] names)
    {
        var isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var text = new StringBuilder(".text\n");
        for (var i = 0; i < names.Length; i++)
        {
            text.Append($".globl {names[i]}\n.type {names[i]}, %function\n{names[i]}:\n");
            text.Append(isArm
                ? $"adrp x16, .Ltable+{8 * i}\nldr x16, [x16, :lo12:.Ltable+{8 * i}]\nbr x16\n"
                : $"jmpq *.Ltable+{8 * i}(%rip)\n");
        }

        return text.Append($".data\n.balign 8\n.globl {Table}\n.type {Table}, %object\n{Table}:\n.Ltable:\n")
            .Append($".zero {8 * names.Length}\n.size {Table}, {8 * names.Length}\n")
            .Append(".section .note.GNU-stack,\"\",%progbits\n").ToString();
    }

    // Others may make the same: it appears as a whole.
    private static bool Compile(string compiler, string text, string path)
    {
        var (source, made) = ($"{path}.{Environment.ProcessId}.s", $"{path}.{Environment.ProcessId}");
        try
        {
            File.WriteAllText(source, text);
            using var process = Process.Start(new ProcessStartInfo(
                compiler, ["-shared", "-nostdlib", "-o", made, source])
            {
                RedirectStandardError = true,
            })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                return false;
            File.Move(made, path, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(source);
        }
    }
}
