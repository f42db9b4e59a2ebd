using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>A kernel of a user's own, as devices are given it: the dialects' renderers write it too.</summary>
internal sealed class ComputeSource : KernelSource
{
    private const string Prelude = "dialects/compute.kernel-prelude";

    private readonly ComputeKernel kernel;
    private readonly ShaderVariant variant;

    private ComputeSource(ComputeKernel kernel)
        : base(kernel.Name, [.. kernel.Operands.Select(o => o.Access)], (kernel.Threads, 1, 1))
    {
        this.kernel = kernel;
        var shader = ShaderKernel.DefineText(kernel.Name, TextOf(kernel)).Threads(kernel.Threads);
        foreach (var (name, dtype, access) in kernel.Operands)
        {
            _ = access switch
            {
                Access.Read => shader.Reads(name, Elements.Of(dtype)),
                Access.Write => shader.Writes(name, Elements.Of(dtype)),
                _ => shader.ReadsWrites(name, Elements.Of(dtype)),
            };
        }

        foreach (var (name, type) in kernel.Parameters)
        {
            _ = ElementOf(type) switch
            {
                Element.Int32 => shader.Int(name),
                Element.UInt32 => shader.UInt(name),
                Element.Float32 => shader.Float(name),
                _ => shader.Double(name),
            };
        }

        foreach (var (name, type, count) in kernel.SharedArrays)
            shader.Shared(name, ElementOf(type), count);
        variant = shader.Find();
    }

    /// <inheritdoc/>
    public override bool NeedsFloat64 => variant.NeedsFloat64;

    /// <summary>Bytes that the threads of a group share.</summary>
    public int SharedBytes => kernel.SharedArrays.Sum(s => s.Count * ElementOf(s.Type).Size());

    /// <summary>The one of a kernel.</summary>
    /// <exception cref="TensorRuntimeException">A name of its interface means something in a shader language.
    /// </exception>
    public static ComputeSource Of(ComputeKernel kernel)
    {
        if (kernel.DeviceCode is ComputeSource known)
            return known;
        try
        {
            var made = new ComputeSource(kernel);
            return (ComputeSource?)Interlocked.CompareExchange(ref kernel.DeviceCode, made, null) ?? made;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new TensorRuntimeException(e.Message, "give it another name in the text and the interface");
        }
    }

    /// <summary>Its source in a language; GLSL for SPIR-V.</summary>
    public string Source(KernelLanguage language) => variant.Source(language);

    /// <inheritdoc/>
    public override KernelCode Render(KernelLanguage language, GpuLimits limits)
    {
        if (language == KernelLanguage.Ptx)
        {
            var writer = new PtxWriter(Name, Accesses.Length, Threads);
            KernelCompiler.Write(kernel, writer);
            var code = writer.Finish(0);
            return code with { Key = ShaderVariant.Hash(code.Source!) };
        }

        if (language != KernelLanguage.SpirV)
            return variant.RenderSource(language);
        var words = kernel.CompiledSpirV.IsEmpty
            ? GlslProgram.Compile(Name, Source(language))
            : MemoryMarshal.Cast<byte, uint>(kernel.CompiledSpirV.Span).ToArray();
        var hash = ShaderVariant.Hash(MemoryMarshal.AsBytes(words));
        return new(Name, language, words, null, Accesses.Length, Threads, hash);
    }

    private static Element ElementOf(Type type) =>
        type == typeof(int) ? Element.Int32
            : type == typeof(uint) ? Element.UInt32
            : type == typeof(float) ? Element.Float32
            : Element.Float64;

    /// <summary>The body as the text of a kernel in <c>shaders/kernels</c>.</summary>
    private static string TextOf(ComputeKernel kernel)
    {
        var text = new StringBuilder(ShaderTexts.Read(Prelude));
        text.Append("KERNEL\n{\nK_FLATTEN\n");

        // A reference to memory is no array in GLSL: there the name of an operand becomes that of its elements.
        text.Append("#if defined(K_GLSL)\n");
        foreach (var (name, dtype, _) in kernel.Operands)
        {
            var code = Elements.Of(dtype).Code();
            if (code is not ("F32" or "F64" or "I32"))
                continue;
            text.Append(CultureInfo.InvariantCulture, $"K_ARGUMENT_{code}(k_own_{name}) = {name};\n");
            text.Append($"#undef LOAD_{name}\n#undef STORE_{name}\n#undef K_PLACE_{name}\n");
            text.Append($"#define LOAD_{name}(i) K_LOAD_{code}(k_own_{name}, i)\n");
            text.Append($"#define STORE_{name}(i, x) K_STORE_{code}(k_own_{name}, i, x)\n");
            text.Append($"#define K_PLACE_{name}(i) K_PLACE(k_own_{name}, i)\n");
            if (code == "F32")
            {
                text.Append($"#undef LOAD4_{name}\n#undef STORE4_{name}\n");
                text.Append($"#define LOAD4_{name}(i) K_LOAD4(k_own_{name}, i)\n");
                text.Append($"#define STORE4_{name}(i, x) K_STORE4(k_own_{name}, i, x)\n");
            }

            text.Append($"#define {name} k_own_{name}.v\n");
        }

        // Messages of a compiler name the lines of the body.
        return text.Append("#endif\n#line 1\n").Append(kernel.Body).Append("\n}\n").ToString();
    }
}
