using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>A kernel of the library for one dtype (or width) and one value of each option.</summary>
internal sealed class ShaderVariant : KernelSource
{
    /// <summary>Describes it; made by its kernel.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="type">What T is; null where the kernel has no variants by type.</param>
    /// <param name="values">The options' values.</param>
    public ShaderVariant(ShaderKernel kernel, Element? type, int[] values)
        : base(NameOf(kernel, type, values), AccessesOf(kernel), kernel.GroupThreads)
    {
        (Kernel, Type, Values) = (kernel, type ?? Element.Float32, values);
        HasFaults = kernel.HasFaults;
    }

    /// <summary>The kernel that it is a variant of.</summary>
    public ShaderKernel Kernel { get; }

    /// <summary>What T is.</summary>
    public Element Type { get; }

    /// <summary>What C is.</summary>
    public Element Compute => Type.Compute();

    /// <summary>The options' values, in the order of their definition.</summary>
    public int[] Values { get; }

    /// <inheritdoc/>
    public override bool NeedsFloat64 => Compute == Element.Float64
        || Kernel.Buffers.Any(b => b.Element == Element.Float64)
        || Kernel.Parameters.Any(p => p.Kind == ShaderParameterKind.Double)
        || Kernel.SharedArrays.Any(s => s.Element == Element.Float64);

    /// <summary>What an element of the interface is in this variant.</summary>
    public Element Resolve(Element element) =>
        element switch { Element.T => Type, Element.C => Compute, _ => element };

    /// <summary>Its source text in a language; GLSL for SPIR-V, CUDA C for PTX.</summary>
    public string Source(KernelLanguage language) => ShaderRenderer.Of(language).Render(this);

    /// <summary>What tells its source from others: the first half of its SHA-256.</summary>
    public static UInt128 Hash(string source) => Hash(Encoding.UTF8.GetBytes(source));

    /// <inheritdoc/>
    public override KernelCode Render(KernelLanguage language, GpuLimits limits)
    {
        if (!CompiledShaders.Languages.Contains(language))
            return RenderSource(language);
        var buffers = Accesses.Length;
        var words = ShaderCatalog.FindWords(this, language);
        var hash = Hash(MemoryMarshal.AsBytes(words.Span));
        return language == KernelLanguage.Ptx
            ? new(Name, language, default, TextOf(words.Span), buffers, Threads, hash)
            : new(Name, language, words, null, buffers, Threads, hash);
    }

    /// <summary>Its source, for a compiler at run time.</summary>
    public KernelCode RenderSource(KernelLanguage language)
    {
        var source = Source(language);
        return new(Name, language, default, source, Accesses.Length, Threads, Hash(source));
    }

    /// <summary>The text that words are the bytes of.</summary>
    public static string TextOf(ReadOnlySpan<uint> words) => Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words));

    /// <summary>What tells compiled words from others.</summary>
    public static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(bytes, digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    private static string NameOf(ShaderKernel kernel, Element? type, int[] values)
    {
        var name = new StringBuilder(kernel.Name);
        if (type is { } t)
            name.Append('.').Append(t.Code().ToLowerInvariant());
        for (var i = 0; i < values.Length; i++)
            name.Append('.').Append(kernel.Options[i].Name).Append(values[i]);
        return name.ToString();
    }

    private static ImmutableArray<Access> AccessesOf(ShaderKernel kernel)
    {
        var accesses = kernel.Buffers.Select(b => b.Access);
        return [.. kernel.HasFaults ? accesses.Append(Access.ReadWrite) : accesses];
    }
}
