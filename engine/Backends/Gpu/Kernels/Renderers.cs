using System.Text;

namespace KernelEngine.Gpu;

/// <summary>GLSL 4.6 for Vulkan: memory by address, parameters in a uniform buffer.</summary>
internal sealed class GlslRenderer : ShaderRenderer
{
    protected override KernelLanguage Language => KernelLanguage.SpirV;

    protected override string Prelude => "glsl";

    protected override void WriteVersion(StringBuilder text) => text.Append("#version 460\n");

    protected override string Shared => "shared";

    protected override string PlaceOf(string element) => element;

    protected override void WriteEntry(StringBuilder text, ShaderVariant variant, string values)
    {
        var (x, y, z) = variant.Threads;
        text.Append($"layout(local_size_x = {x}, local_size_y = {y}, local_size_z = {z}) in;\n");
        text.Append("void main()\n{\n    k_body(ivec3(gl_GlobalInvocationID), ivec3(gl_LocalInvocationID), ");
        text.Append($"ivec3(gl_WorkGroupID){values});\n}}\n");
    }
}

/// <summary>OpenCL C 1.2: memory bound whole, offsets among the parameters.</summary>
internal sealed class OpenClRenderer : ShaderRenderer
{
    protected override KernelLanguage Language => KernelLanguage.OpenCl;

    protected override string Prelude => "opencl";

    // Only a kernel can have local variables that are shared; its functions are given them.
    protected override string? Shared => null;

    protected override string PlaceOf(string element) => "&" + element;

    protected override void WriteEntry(StringBuilder text, ShaderVariant variant, string values)
    {
        var (x, y, z) = variant.Threads;
        text.Append($"__kernel __attribute__((reqd_work_group_size({x}, {y}, {z}))) void k_main(");
        for (var i = 0; i < variant.Accesses.Length; i++)
            text.Append($"__global uchar* b{i}, ");
        text.Append("__global const uint* k_chunk, uint k_first)\n{\n");
        foreach (var array in variant.Kernel.SharedArrays)
        {
            var type = variant.Resolve(array.Element).Code();
            text.Append($"    __local K_{type} {array.Name}[{array.Count}];\n");
        }

        text.Append("    __global const uint* k_words = k_chunk + k_first;\n");
        text.Append($"    k_body(K_IDS{values});\n}}\n");
    }
}

/// <summary>HLSL for cs_5_0: memory as views of bytes, parameters in a constant buffer.</summary>
internal sealed class HlslRenderer : ShaderRenderer
{
    protected override KernelLanguage Language => KernelLanguage.Hlsl;

    protected override string Prelude => "hlsl";

    // It has no square root of doubles.
    protected override IEnumerable<Primitive> ImpliedFunctions(ShaderVariant variant) =>
        variant.Compute == Element.Float64 ? [Primitive.Sqrt] : [];

    protected override void DeclareBuffer(
        StringBuilder text, string name, int slot, Element element, bool isWritten)
    {
        text.Append($"RWByteAddressBuffer {name} : register(u{slot});\n");
        if (name == ErrorRecord)
            text.Append("K_RAISE\n");
        else if (isWritten && element is Element.Int32 or Element.UInt32)
            text.Append($"K_BUFFER_ATOMICS({name}, K_{element.Code()})\n");
        else if (isWritten && element.Size() < sizeof(uint))
            text.Append($"K_BUFFER_NARROW({name})\n");
    }

    protected override string Shared => "groupshared";

    // Functions for each array take an index.
    protected override string PlaceOf(string element) => "uint(i)";

    protected override void DeclareShared(StringBuilder text, string name, Element element)
    {
        if (element is Element.Int32 or Element.UInt32)
            text.Append($"K_SHARED_ATOMICS({name}, K_{element.Code()})\n");
    }

    protected override void WriteEntry(StringBuilder text, ShaderVariant variant, string values)
    {
        var (x, y, z) = variant.Threads;
        text.Append($"[numthreads({x}, {y}, {z})]\nvoid k_main(uint3 k_id : SV_DispatchThreadID, ");
        text.Append("uint3 k_local_id : SV_GroupThreadID, uint3 k_group_id : SV_GroupID)\n{\n");
        text.Append($"    k_body(int3(k_id), int3(k_local_id), int3(k_group_id){values});\n}}\n");
    }
}

/// <summary>CUDA C++: memory by address, the parameters' address as the only argument.</summary>
internal sealed class CudaRenderer : ShaderRenderer
{
    protected override KernelLanguage Language => KernelLanguage.Ptx;

    protected override string Prelude => "cuda";

    protected override void WriteVersion(StringBuilder text) => text.Append(ShaderTexts.Read(CudaDialect.LanguageText));

    // It is read by 16 bytes at once.
    protected override string Shared => "static __shared__ __attribute__((aligned(16)))";

    protected override string PlaceOf(string element) => "&" + element;

    protected override void WriteEntry(StringBuilder text, ShaderVariant variant, string values)
    {
        var (x, y, z) = variant.Threads;
        text.Append($"extern \"C\" __global__ void __launch_bounds__({x * y * z}) k_main(const uint* k_words)\n{{\n");
        text.Append($"    k_body(K_IDS{values});\n}}\n");
    }
}
