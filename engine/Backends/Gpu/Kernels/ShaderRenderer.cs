using System.Text;

namespace KernelEngine.Gpu;

/// <summary>
/// Renders a kernel in a language: defines that say what the variant is, the language's prelude, recipes, the
/// interface as macros, the text as it stands, the entry point. What differs between the languages is nearly all in
/// the preludes (<c>shaders/dialects</c>): names that begin with K_ are defined there.
/// </summary>
internal abstract class ShaderRenderer
{
    /// <summary>The name of the error record among the buffers.</summary>
    protected const string ErrorRecord = "k_faults";

    private static readonly ShaderRenderer[] All =
        [new GlslRenderer(), new OpenClRenderer(), new HlslRenderer(), new CudaRenderer()];

    /// <summary>What it is a dialect for.</summary>
    protected abstract KernelLanguage Language { get; }

    /// <summary>The name of its prelude's file.</summary>
    protected abstract string Prelude { get; }

    /// <summary>The dialect of a language; GLSL for SPIR-V.</summary>
    public static ShaderRenderer Of(KernelLanguage language) => All[(int)language];

    /// <summary>The whole source.</summary>
    public string Render(ShaderVariant variant)
    {
        var text = new StringBuilder(32 * 1024);
        WriteVersion(text);
        WriteFeatures(text, variant);
        text.Append(ShaderTexts.Read($"dialects/{Prelude}.kernel-prelude"));
        WriteFunctions(text, variant);
        WriteDefines(text, variant);
        var arguments = new List<string>();
        var values = new List<string>();
        DescribeBuffers(text, variant, arguments, values);
        DescribeParameters(text, variant, arguments, values);
        foreach (var array in variant.Kernel.SharedArrays)
            DescribeShared(text, variant, array, arguments, values);
        foreach (var file in variant.Kernel.IncludedTexts)
            text.Append("#line 1\n").Append(ShaderTexts.Read("includes/" + file));
        text.Append("#define KERNEL K_VOID k_body(K_IDS_ARGUMENTS");
        foreach (var argument in arguments)
            text.Append(", ").Append(argument);
        text.Append(")\n#line 1\n").Append(variant.Kernel.ReadText().TrimEnd()).Append('\n');
        WriteEntry(text, variant, string.Concat(values.Select(v => ", " + v)));
        return text.ToString();
    }

    /// <summary>What must come first.</summary>
    protected virtual void WriteVersion(StringBuilder text)
    {
    }

    /// <summary>Functions that the prelude's macros call.</summary>
    protected virtual IEnumerable<Primitive> ImpliedFunctions(ShaderVariant variant) => [];

    /// <summary>What a buffer needs outside the kernel.</summary>
    protected virtual void DeclareBuffer(StringBuilder text, string name, int slot, Element element, bool isWritten)
    {
    }

    /// <summary>How memory that the threads of a group share is declared; null where only the entry point may.</summary>
    protected abstract string? Shared { get; }

    /// <summary>What atomic functions take for an element of shared memory.</summary>
    protected abstract string PlaceOf(string element);

    /// <summary>What shared memory needs outside the kernel, besides its declaration.</summary>
    protected virtual void DeclareShared(StringBuilder text, string name, Element element)
    {
    }

    /// <summary>The entry point, which calls the kernel's function.</summary>
    /// <param name="text">Where it is written.</param>
    /// <param name="variant">The variant.</param>
    /// <param name="values">The values of the arguments behind the ids, each with a comma before it.</param>
    protected abstract void WriteEntry(StringBuilder text, ShaderVariant variant, string values);

    private void DescribeShared(
        StringBuilder text, ShaderVariant variant, ShaderShared array, List<string> arguments, List<string> values)
    {
        var element = variant.Resolve(array.Element);
        if (Shared is { } qualifier)
        {
            text.Append($"{qualifier} K_{element.Code()} {array.Name}[{array.Count}];\n");
        }
        else
        {
            arguments.Add($"__local K_{element.Code()}* {array.Name}");
            values.Add(array.Name);
        }

        text.Append($"#define K_PLACE_{array.Name}(i) {PlaceOf($"{array.Name}[i]")}\n");
        DeclareShared(text, array.Name, element);
    }

    private static void WriteFeatures(StringBuilder text, ShaderVariant variant)
    {
        var kernel = variant.Kernel;
        text.Append($"#define K_C_{variant.Compute.Code()}\n");
        var elements = kernel.Buffers.Select(b => b.Element).Concat(kernel.SharedArrays.Select(s => s.Element));
        if (kernel.Parameters.Any(p => p.Kind == ShaderParameterKind.Double))
            elements = elements.Append(Element.Float64);
        var codes = elements.Append(Element.C).Select(e => variant.Resolve(e).Code()).Distinct();
        foreach (var code in codes.Order(StringComparer.Ordinal))
            text.Append($"#define K_HAS_{code}\n");
        if (kernel.HasFaults)
            text.Append("#define K_HAS_FAULTS\n");
        if (kernel.UsesMatrixUnits)
            text.Append("#define K_MATRIX_UNITS\n");
        var (x, y, z) = variant.Threads;
        text.Append($"#define THREADS {x * y * z}\n#define THREADS_X {x}\n#define THREADS_Y {y}\n");
    }

    private static void WriteDefines(StringBuilder text, ShaderVariant variant)
    {
        foreach (var (name, value) in variant.Kernel.Constants)
            text.Append($"#define {name} {value}\n");
        foreach (var (option, value) in variant.Kernel.Options.Zip(variant.Values))
            text.Append($"#define {option.Name} {value}\n");
    }

    private void WriteFunctions(StringBuilder text, ShaderVariant variant)
    {
        var kind = variant.Compute.Kind();
        var functions = variant.Kernel.Functions.Concat(ImpliedFunctions(variant)).Distinct().ToList();
        if (functions.Count == 0)
            return;
        text.Append(SourceFunctions.Render(Dialect.Of(Language), functions, kind));
        foreach (var function in functions)
            text.Append($"#define k_{function.Name} {SourceFunctions.NameOf(function, kind)}\n");
    }

    private void DescribeBuffers(
        StringBuilder text, ShaderVariant variant, List<string> arguments, List<string> values)
    {
        var slot = 0;
        foreach (var buffer in variant.Kernel.Buffers)
        {
            var element = variant.Resolve(buffer.Element);
            DeclareBuffer(text, buffer.Name, slot, element, buffer.Access != Access.Read);
            WriteAccess(text, buffer.Name, element);
            Pass(buffer.Name, slot++, element);
        }

        if (variant.HasFaults)
        {
            DeclareBuffer(text, ErrorRecord, slot, Element.UInt32, isWritten: true);
            Pass(ErrorRecord, slot, Element.UInt32);
        }

        void Pass(string name, int place, Element element)
        {
            arguments.Add($"K_ARGUMENT_{element.Code()}({name})");
            values.Add($"K_BUFFER_{element.Code()}({place}, {ParameterLayout.Buffers + (2 * place)})");
        }
    }

    private static void WriteAccess(StringBuilder text, string name, Element element)
    {
        text.Append($"#define LOAD_{name}(i) K_LOAD_{element.Code()}({name}, i)\n");
        text.Append($"#define STORE_{name}(i, v) K_STORE_{element.Code()}({name}, i, v)\n");
        if (element == element.Compute() || element.Compute() == Element.Float32)
        {
            // Where a dialect has no vectors of this kind, a vector is one element.
            text.Append("#if VEC_WIDTH > 1\n");
            text.Append($"#define VEC_LOAD_{name}(i) K_VEC_LOAD_{element.Code()}({name}, i)\n");
            text.Append($"#define VEC_STORE_{name}(i, v) K_VEC_STORE_{element.Code()}({name}, i, v)\n#else\n");
            text.Append($"#define VEC_LOAD_{name}(i) LOAD_{name}(i)\n");
            text.Append($"#define VEC_STORE_{name}(i, v) STORE_{name}(i, v)\n#endif\n");
        }

        switch (element)
        {
            case Element.Int64:
                text.Append($"#define LOAD_INDEX_{name}(i) K_LOAD_INDEX({name}, i)\n");
                text.Append($"#define STORE_INDEX_{name}(i, v) K_STORE_INDEX({name}, i, v)\n");
                text.Append($"#define LOAD_LOW_{name}(i) K_LOAD_LOW({name}, i)\n");
                text.Append($"#define LOAD_HIGH_{name}(i) K_LOAD_HIGH({name}, i)\n");
                break;
            case Element.Float32:
                text.Append($"#define LOAD4_{name}(i) K_LOAD4({name}, i)\n");
                text.Append($"#define STORE4_{name}(i, v) K_STORE4({name}, i, v)\n");
                break;
            case Element.Int32 or Element.UInt32:
                text.Append($"#define K_PLACE_{name}(i) K_PLACE({name}, i)\n");
                break;
        }
    }

    private static void DescribeParameters(
        StringBuilder text, ShaderVariant variant, List<string> arguments, List<string> values)
    {
        var word = ParameterLayout.Own(variant.Accesses.Length);
        foreach (var parameter in variant.Kernel.Parameters)
        {
            if (parameter.Kind == ShaderParameterKind.Layout)
            {
                text.Append($"#define K_FIRST_{parameter.Name} {word}\n");
                word += ShaderParameter.LayoutWords;
                continue;
            }

            var element = parameter.Kind switch
            {
                ShaderParameterKind.Int => Element.Int32,
                ShaderParameterKind.UInt => Element.UInt32,
                ShaderParameterKind.Float => Element.Float32,
                ShaderParameterKind.Double => Element.Float64,
                _ => variant.Compute,
            };
            arguments.Add($"K_{element.Code()} {parameter.Name}");
            values.Add($"K_WORD_{element.Code()}({word})");
            word += element.Size() / sizeof(uint);
        }
    }
}
