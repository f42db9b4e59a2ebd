using System.Collections.Frozen;

namespace KernelEngine.Gpu;

/// <summary>Words that mean something in one of the shader languages, and so are no names in a kernel's interface.
/// </summary>
internal static class ReservedWords
{
    private static readonly FrozenSet<string> Words = FrozenSet.ToFrozenSet(
    [
        // Of all of them, or C's.
        "auto", "bool", "break", "case", "char", "class", "const", "continue", "default", "do", "double", "else",
        "enum", "extern", "false", "float", "for", "friend", "goto", "half", "if", "in", "inline", "inout", "int",
        "interface", "long", "namespace", "new", "operator", "out", "private", "public", "register", "return",
        "short", "signed", "sizeof", "static", "struct", "switch", "template", "this", "true", "typedef", "uchar",
        "uint", "ulong", "union", "unsigned", "ushort", "using", "virtual", "void", "volatile", "while", "delete",
        // GLSL
        "active", "asm", "attribute", "buffer", "cast", "centroid", "coherent", "common", "discard", "external",
        "filter", "fixed", "flat", "goto", "highp", "input", "invariant", "layout", "lowp", "mediump",
        "noinline", "noperspective", "output", "partition", "patch", "precise", "precision", "readonly", "resource",
        "restrict", "sample", "shared", "smooth", "subroutine", "superp", "uniform", "varying", "writeonly",
        // HLSL
        "column_major", "export", "groupshared", "line", "linear", "matrix", "nointerpolation", "pass",
        "pixelfragment", "point", "row_major", "sampler", "snorm", "string", "technique", "texture", "triangle",
        "triangleadj", "unorm", "vector", "vertexfragment", "unroll", "loop", "branch", "flatten", "cbuffer", "tbuffer",
        "compile", "dword", "packoffset", "stateblock", "technique10", "vertexshader", "pixelshader", "NULL", "lineadj",
        // OpenCL C and CUDA C++
        "global", "local", "constant", "kernel", "constexpr", "nullptr", "throw", "try", "catch", "typename",
        "explicit", "mutable", "typeid", "alignas", "alignof", "decltype", "noexcept", "static_assert", "static_cast",
        "const_cast", "dynamic_cast", "reinterpret_cast", "thread_local", "wchar_t", "char16_t", "char32_t", "and",
        "and_eq", "bitand", "bitor", "compl", "not", "not_eq", "or", "or_eq", "xor", "xor_eq", "complex", "imaginary",
        "pipe", "generic", "read_only", "write_only", "read_write", "size_t", "event_t", "linux", "unix",
        // The preludes'
        "id", "local_id", "group_id", "C", "T",
    ]);

    /// <summary>Whether a name is one.</summary>
    public static bool Contains(string name) => Words.Contains(name) || name.StartsWith("k_", StringComparison.Ordinal);
}
