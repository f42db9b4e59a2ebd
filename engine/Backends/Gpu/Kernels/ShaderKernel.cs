using System.Collections.Immutable;
using System.Globalization;

namespace KernelEngine.Gpu;

/// <summary>
/// A structural kernel of the library: a text in <c>shaders/kernels</c>, written once for all dialects, and its
/// interface as data. Its variants differ by dtype (or width) and by options; each is a <see cref="ShaderVariant"/>.
/// </summary>
/// <remarks>The interface is given by calls right where the kernel is defined, and is fixed from its first use on.
/// </remarks>
internal sealed class ShaderKernel
{
    private readonly List<ShaderBuffer> buffers = [];
    private readonly List<ShaderParameter> parameters = [];
    private readonly List<ShaderShared> shared = [];
    private readonly List<ShaderOption> options = [];
    private readonly List<(string Name, string Value)> constants = [];
    private readonly List<Primitive> functions = [];
    private readonly List<string> includes = [];
    private readonly string? text;
    private Element[] types = [];
    private bool byWidth;
    private ShaderVariant[]? variants;
    private sbyte[] typeIndex = [];
    private int perType;

    private ShaderKernel(string name, string path, string? text) => (Name, Path, this.text) = (name, path, text);

    /// <summary>Its name, unique in the catalog.</summary>
    public string Name { get; }

    /// <summary>The file of its text, below <c>shaders/kernels</c>.</summary>
    public string Path { get; }

    /// <summary>Its buffers, without the error record.</summary>
    public IReadOnlyList<ShaderBuffer> Buffers => buffers;

    /// <summary>Its parameters in the order of their words.</summary>
    public IReadOnlyList<ShaderParameter> Parameters => parameters;

    /// <summary>Memory that the threads of a group share.</summary>
    public IReadOnlyList<ShaderShared> SharedArrays => shared;

    /// <summary>The defines that variants differ by.</summary>
    public IReadOnlyList<ShaderOption> Options => options;

    /// <summary>Defines that all variants have.</summary>
    public IReadOnlyList<(string Name, string Value)> Constants => constants;

    /// <summary>Texts of <c>shaders/includes</c> that come before its own.</summary>
    public IReadOnlyList<string> IncludedTexts => includes;

    /// <summary>The recipes that the text calls.</summary>
    public IReadOnlyList<Primitive> Functions => functions;

    /// <summary>The threads of a group.</summary>
    public (int X, int Y, int Z) GroupThreads { get; private set; } = (64, 1, 1);

    /// <summary>Whether a further buffer, behind the others, is the device's error record.</summary>
    public bool HasFaults { get; private set; }

    /// <summary>
    /// Whether its text multiplies by matrix units: it is compiled to PTX for sm_80 then, and to nothing else.
    /// </summary>
    public bool UsesMatrixUnits { get; private set; }

    /// <summary>All its variants.</summary>
    public ReadOnlySpan<ShaderVariant> AllVariants => Fixed();

    /// <summary>Begins the definition of a kernel of the library.</summary>
    /// <param name="name">Its name, unique in the catalog.</param>
    /// <param name="path">The file of its text, below <c>shaders/kernels</c>.</param>
    public static ShaderKernel Define(string name, string path) => new(name, path, null);

    /// <summary>Begins the definition of a kernel with a text of one's own.</summary>
    public static ShaderKernel DefineText(string name, string text) => new(name, name, text);

    /// <summary>A buffer that is only read.</summary>
    public ShaderKernel Reads(string name, Element element = Element.T) => Buffer(name, Access.Read, element);

    /// <summary>A buffer that is only written, all of it.</summary>
    public ShaderKernel Writes(string name, Element element = Element.T) => Buffer(name, Access.Write, element);

    /// <summary>A buffer that is read and written, or written in part.</summary>
    public ShaderKernel ReadsWrites(string name, Element element = Element.T) =>
        Buffer(name, Access.ReadWrite, element);

    /// <summary>An int32 parameter.</summary>
    public ShaderKernel Int(string name) => Parameter(name, ShaderParameterKind.Int);

    /// <summary>A uint32 parameter.</summary>
    public ShaderKernel UInt(string name) => Parameter(name, ShaderParameterKind.UInt);

    /// <summary>A float32 parameter.</summary>
    public ShaderKernel Float(string name) => Parameter(name, ShaderParameterKind.Float);

    /// <summary>A float64 parameter.</summary>
    public ShaderKernel Double(string name) => Parameter(name, ShaderParameterKind.Double);

    /// <summary>A parameter of the kind that the variant computes in.</summary>
    public ShaderKernel Real(string name) => Parameter(name, ShaderParameterKind.Real);

    /// <summary>Sizes and strides of an operand, for AT, SIZE and STRIDE in the text.</summary>
    public ShaderKernel Layout(string name) => Parameter(name, ShaderParameterKind.Layout);

    /// <summary>Memory that the threads of a group share.</summary>
    public ShaderKernel Shared(string name, Element element, int count) =>
        Shared(name, element, count.ToString(CultureInfo.InvariantCulture));

    /// <summary>Memory that the threads of a group share, as many as an expression over the options says.</summary>
    public ShaderKernel Shared(string name, Element element, string count)
    {
        Change();
        shared.Add(new(Identifier(name), element, count));
        return this;
    }

    /// <summary>The threads of a group; 64 along x unless set.</summary>
    public ShaderKernel Threads(int x, int y = 1, int z = 1)
    {
        Change();
        GroupThreads = (x, y, z);
        return this;
    }

    /// <summary>Functions that the text calls, as k_exp for <see cref="Pointwise.Exp(Expr)"/>, of the kind that the
    /// variant computes in.</summary>
    public ShaderKernel Uses(params ReadOnlySpan<Func<Expr, Expr>> functions)
    {
        Change();
        foreach (var function in functions)
            this.functions.Add(function(Expr.Input(0, ValueKind.Float32)).Primitive);
        return this;
    }

    /// <summary>A function of two arguments that the text calls.</summary>
    public ShaderKernel Uses(Func<Expr, Expr, Expr> function)
    {
        Change();
        functions.Add(function(Expr.Input(0, ValueKind.Float32), Expr.Input(1, ValueKind.Float32)).Primitive);
        return this;
    }

    /// <summary>Files of <c>shaders/includes</c>, functions and macros that several texts share, to come before the
    /// text in this order.</summary>
    public ShaderKernel Includes(params ReadOnlySpan<string> files)
    {
        Change();
        includes.AddRange(files);
        return this;
    }

    /// <summary>The text calls FAULT: data can be wrong.</summary>
    public ShaderKernel Faults()
    {
        Change();
        HasFaults = true;
        return this;
    }

    /// <summary>The text multiplies by matrix units, for which other languages have no words.</summary>
    public ShaderKernel MatrixUnits()
    {
        Change();
        UsesMatrixUnits = true;
        return this;
    }

    /// <summary>Whether it is there in a language.</summary>
    public bool IsIn(KernelLanguage language) => !UsesMatrixUnits || language == KernelLanguage.Ptx;

    /// <summary>A variant for each of these dtypes: T is stored so, C is what it is computed in.</summary>
    public ShaderKernel Variants(params ReadOnlySpan<DType> dtypes)
    {
        Change();
        if (dtypes.IsEmpty)
            throw new ArgumentException($"kernel '{Name}': variants for no dtype", nameof(dtypes));
        types = [.. dtypes.ToArray().Select(Elements.Of)];
        byWidth = false;
        return this;
    }

    /// <summary>A variant for each of these widths in bytes: T and C are words that are only moved.</summary>
    public ShaderKernel Widths(params ReadOnlySpan<int> widths)
    {
        Change();
        types = [.. widths.ToArray().Select(Elements.OfWidth)];
        byWidth = true;
        return this;
    }

    /// <summary>A variant for each value of a define.</summary>
    public ShaderKernel Option(string name, params ReadOnlySpan<int> values)
    {
        Change();
        options.Add(new(Identifier(name), values.ToArray()));
        return this;
    }

    /// <summary>A define that all variants have: texts are shared by kernels that differ in these.</summary>
    public ShaderKernel Constant(string name, int value)
    {
        Change();
        constants.Add((Identifier(name), value.ToString(CultureInfo.InvariantCulture)));
        return this;
    }

    /// <summary>The variant for a dtype and values of the options, in the order of their definition.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ShaderVariant Find(DType dtype, params ReadOnlySpan<int> values) =>
        TryFind(dtype, values) ?? throw new ArgumentException(
            $"kernel '{Name}' has no variant for {dtype} and ({string.Join(", ", values.ToArray())})");

    /// <summary>The variant of a kernel that has none by dtype.</summary>
    public ShaderVariant Find(params ReadOnlySpan<int> values) => Find(DType.Float32, values);

    /// <summary>Whether there are variants for a dtype.</summary>
    public bool Has(DType dtype)
    {
        Fixed();
        return TypeIndex(dtype) >= 0;
    }

    /// <summary>The variant for a dtype and values of the options, if there is one.</summary>
    public ShaderVariant? TryFind(DType dtype, ReadOnlySpan<int> values)
    {
        var all = Fixed();
        var type = TypeIndex(dtype);
        if (type < 0 || values.Length != options.Count)
            return null;

        var place = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var choices = options[i].Values;
            var choice = Array.IndexOf(choices, values[i]);
            if (choice < 0)
                return null;
            place = (place * choices.Length) + choice;
        }

        return all[(type * perType) + place];
    }

    /// <summary>Its text.</summary>
    public string ReadText() => text ?? ShaderTexts.Read("kernels/" + Path);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private int TypeIndex(DType dtype) => typeIndex[byWidth ? dtype.Size : (int)dtype.Code];

    private ShaderKernel Buffer(string name, Access access, Element element)
    {
        Change();
        buffers.Add(new(Identifier(name), access, element));
        return this;
    }

    private ShaderKernel Parameter(string name, ShaderParameterKind kind)
    {
        Change();
        parameters.Add(new(Identifier(name), kind));
        return this;
    }

    private void Change()
    {
        if (variants is not null)
            throw new InvalidOperationException($"kernel '{Name}' is in use; its interface is fixed");
    }

    // No name of the interface means something of its own in a dialect.
    private string Identifier(string name) =>
        ReservedWords.Contains(name)
            ? throw new ArgumentException($"kernel '{Name}': '{name}' is a word of a shader language")
            : name;

    private ShaderVariant[] Fixed() => variants ?? Fix();

    private ShaderVariant[] Fix()
    {
        if (buffers.Count + (HasFaults ? 1 : 0) > GpuLimits.LeastBuffers)
            throw new InvalidOperationException($"kernel '{Name}' has more than {GpuLimits.LeastBuffers} buffers");

        lock (buffers)
        {
            if (variants is not null)
                return variants;

            var made = ImmutableArray.CreateBuilder<ShaderVariant>();
            perType = options.Aggregate(1, (n, o) => n * o.Values.Length);
            typeIndex = new sbyte[16];
            Array.Fill(typeIndex, (sbyte)(types.Length == 0 ? 0 : -1));
            for (var i = 0; i < Math.Max(types.Length, 1); i++)
            {
                Element? type = types.Length == 0 ? null : types[i];
                if (type is { } t)
                    typeIndex[byWidth ? t.Size() : (int)CodeOf(t)] = (sbyte)i;
                for (var k = 0; k < perType; k++)
                    made.Add(new ShaderVariant(this, type, Values(k)));
            }

            return variants = made.ToArray();
        }
    }

    private int[] Values(int place)
    {
        var values = new int[options.Count];
        for (var i = values.Length - 1; i >= 0; i--)
        {
            (place, var choice) = Math.DivRem(place, options[i].Values.Length);
            values[i] = options[i].Values[choice];
        }

        return values;
    }

    private static DTypeCode CodeOf(Element type)
    {
        foreach (var dtype in DType.All)
        {
            if (Elements.Of(dtype) == type)
                return dtype.Code;
        }

        throw new ArgumentOutOfRangeException(nameof(type), type, "no dtype is stored so");
    }
}
