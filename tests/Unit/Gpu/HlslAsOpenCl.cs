using System.Text.RegularExpressions;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// HLSL said in OpenCL C, so that what a kernel in HLSL computes can be checked where Direct3D is not.
/// </summary>
internal static partial class HlslAsOpenCl
{
    private const string Prelude = """
        #pragma OPENCL FP_CONTRACT OFF
        #undef abs
        #undef mad
        #undef round
        #define precise
        #define uint2(...) ((uint2)(__VA_ARGS__))
        #define uint4(...) ((uint4)(__VA_ARGS__))
        #define asuint(x) as_uint(x)
        #define asint(x) as_int(x)
        #define asfloat(x) as_float(x)
        #define asdouble(low, high) as_double((uint2)(low, high))
        #define abs(x) fabs(x)
        #define mad(a, b, c) fma(a, b, c)
        #define firstbithigh(x) (31u - clz(x))
        #define round(x) rint(x)
        #define K_WORD(i) params[first + (i)]
        #define K_LOAD(b, a) (*(__global uint*)((b) + (a)))
        #define K_LOAD2(b, a) (*(__global uint2*)((b) + (a)))
        #define K_STORE(b, a, v) K_LOAD(b, a) = (v)
        #define K_STORE2(b, a, v) K_LOAD2(b, a) = (v)
        #define K_XOR(b, a, v) atomic_xor((__global uint*)((b) + (a)), v)
        static float f16tof32(uint a)
        {
            ushort bits = (ushort)a;
            return vload_half(0, (half*)&bits);
        }

        """;

    /// <summary>A kernel that finds no buffers at run time and shares no memory.</summary>
    /// <param name="source">The kernel.</param>
    /// <param name="buffers">How many buffers it has.</param>
    /// <param name="isFused">Whether mad is rounded once.</param>
    public static string Translate(string source, int buffers, bool isFused)
    {
        var text = Declarations().Replace(source, "");
        text = text.Replace("[loop] ", "", StringComparison.Ordinal)
            .Replace("[branch] ", "", StringComparison.Ordinal)
            .Replace("static const ", "__constant ", StringComparison.Ordinal)
            .Replace("asuint(a, low, high);", "{ uint2 w = as_uint2(a); low = w.x; high = w.y; }");
        text = DoubleLiterals().Replace(text, "$1");
        text = Methods().Replace(text, m => m.Groups[2].Value switch
        {
            "Load" => "K_LOAD",
            "Load2" => "K_LOAD2",
            "Store" => "K_STORE",
            "Store2" => "K_STORE2",
            _ => "K_XOR",
        } + $"({m.Groups[1].Value}, ");
        text = text.Replace("k_global.x", "get_global_id(0)", StringComparison.Ordinal);
        var arguments = string.Concat(Enumerable.Range(0, buffers).Select(i => $"__global uchar* b{i}, "));
        return (isFused ? "#define K_FUSED_MAD\n" : "") + Prelude + Entry().Replace(text,
            "__kernel __attribute__((reqd_work_group_size($1))) void k_main(" + arguments +
            "__global const uint* params, uint first)");
    }

    [GeneratedRegex(@"^(cbuffer|#define K_WORD|RWByteAddressBuffer).*\n", RegexOptions.Multiline)]
    private static partial Regex Declarations();

    [GeneratedRegex(@"(\d\.\d+)L\b")]
    private static partial Regex DoubleLiterals();

    [GeneratedRegex(@"\b(b\d+)\.(\w+)\(")]
    private static partial Regex Methods();

    [GeneratedRegex(@"\[numthreads\(([^)]*)\)\]\s*void k_main\([^)]*\)")]
    private static partial Regex Entry();
}
