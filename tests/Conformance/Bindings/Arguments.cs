namespace KernelEngine.Conformance;

/// <summary>
/// The arguments of a call as PyTorch writes it, positional or by keyword. A binding reads each that it knows; what is
/// left unread then, the call is not understood.
/// </summary>
/// <param name="name">The operator, for messages.</param>
/// <param name="positional">Positional arguments, self first.</param>
/// <param name="keywords">Keyword arguments.</param>
public sealed class Arguments(
    string name, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> keywords)
{
    private readonly bool[] read = new bool[positional.Count];
    private readonly HashSet<string> readKeywords = [];

    /// <summary>The operator.</summary>
    public string Name => name;

    /// <summary>How many positional arguments there are.</summary>
    public int Count => positional.Count;

    /// <summary>The names of the keyword arguments, those that are None too.</summary>
    public IEnumerable<string> Keywords => keywords.Keys;

    /// <summary>The first argument, a tensor: PyTorch calls it input, or self.</summary>
    public Tensor Self => Tensor(0, "input");

    /// <summary>Whether an argument is given and not None.</summary>
    public bool Has(int position, string keyword) => Peek(position, keyword) is not null;

    /// <summary>Whether an argument is a tensor.</summary>
    public bool IsTensor(int position, string keyword) => Peek(position, keyword) is Tensor;

    /// <summary>Whether an argument is a number or truth value.</summary>
    public bool IsNumber(int position, string keyword) => Peek(position, keyword) is bool or long or double;

    /// <summary>Whether an argument is text.</summary>
    public bool IsText(int position, string keyword) => Peek(position, keyword) is string;

    /// <summary>Whether an argument is a list or tuple.</summary>
    public bool IsList(int position, string keyword) => Peek(position, keyword) is object?[] or TupleValue;

    /// <summary>An argument as it is; null where it is None or not given.</summary>
    public object? Any(int position, string keyword)
    {
        if (position >= 0 && position < positional.Count)
        {
            read[position] = true;
            return keywords.ContainsKey(keyword) ? throw Wrong(keyword, "is given twice") : positional[position];
        }

        if (!keywords.TryGetValue(keyword, out var value))
            return null;
        readKeywords.Add(keyword);
        return value;
    }

    /// <summary>A tensor.</summary>
    public Tensor Tensor(int position, string keyword) =>
        TensorOrNull(position, keyword) ?? throw Wrong(keyword, "is missing");

    /// <summary>A tensor or None.</summary>
    public Tensor? TensorOrNull(int position, string keyword) => Any(position, keyword) switch
    {
        null => null,
        Tensor tensor => tensor,
        var other => throw Wrong(keyword, $"is no tensor: {Comparison.Text(other)}"),
    };

    /// <summary>Tensors: a list of them, or all positional arguments from a place on.</summary>
    public Tensor[] Tensors(int position, string keyword) =>
        [.. Items(position, keyword).Select(item => item as Tensor ?? throw Wrong(keyword, "is no list of tensors"))];

    /// <summary>A number, with Python's kind. A tensor of one element counts as one.</summary>
    public Scalar Scalar(int position, string keyword) =>
        ScalarOrNull(position, keyword) ?? throw Wrong(keyword, "is missing");

    /// <summary>A number, or a default where it is None or not given.</summary>
    public Scalar Scalar(int position, string keyword, Scalar otherwise) =>
        ScalarOrNull(position, keyword) ?? otherwise;

    /// <summary>A number or None.</summary>
    public Scalar? ScalarOrNull(int position, string keyword) => Any(position, keyword) switch
    {
        null => null,
        bool value => value,
        long value => value,
        double value => value,
        Tensor tensor => tensor.Item(),
        var other => throw Wrong(keyword, $"is no number: {Comparison.Text(other)}"),
    };

    /// <summary>A tensor or a number.</summary>
    public Argument Argument(int position, string keyword) =>
        ArgumentOrNull(position, keyword) ?? throw Wrong(keyword, "is missing");

    /// <summary>A tensor, a number, or None.</summary>
    public Argument? ArgumentOrNull(int position, string keyword)
    {
        if (Peek(position, keyword) is Tensor)
            return Tensor(position, keyword);
        return ScalarOrNull(position, keyword) is { } number ? number : null;
    }

    /// <summary>A whole number.</summary>
    public long Long(int position, string keyword) =>
        LongOrNull(position, keyword) ?? throw Wrong(keyword, "is missing");

    /// <summary>A whole number, or a default where it is None or not given.</summary>
    public long Long(int position, string keyword, long otherwise) => LongOrNull(position, keyword) ?? otherwise;

    /// <summary>A whole number or None.</summary>
    public long? LongOrNull(int position, string keyword) =>
        Any(position, keyword) is { } value ? LongOf(value, keyword) : null;

    /// <summary>A dimension or another small whole number.</summary>
    public int Int(int position, string keyword) =>
        IntOrNull(position, keyword) ?? throw Wrong(keyword, "is missing");

    /// <summary>A small whole number, or a default where it is None or not given.</summary>
    public int Int(int position, string keyword, int otherwise) => IntOrNull(position, keyword) ?? otherwise;

    /// <summary>A small whole number or None.</summary>
    public int? IntOrNull(int position, string keyword) =>
        LongOrNull(position, keyword) is { } value ? Narrow(value, keyword) : null;

    /// <summary>A real number; whole ones count.</summary>
    public double Real(int position, string keyword) =>
        RealOrNull(position, keyword) ?? throw Wrong(keyword, "is missing");

    /// <summary>A real number, or a default where it is None or not given.</summary>
    public double Real(int position, string keyword, double otherwise) => RealOrNull(position, keyword) ?? otherwise;

    /// <summary>A real number or None.</summary>
    public double? RealOrNull(int position, string keyword) => ScalarOrNull(position, keyword)?.ToDouble();

    /// <summary>A truth value, or a default where it is None or not given.</summary>
    public bool Flag(int position, string keyword, bool otherwise = false) =>
        FlagOrNull(position, keyword) ?? otherwise;

    /// <summary>A truth value or None; 0 and 1 count.</summary>
    public bool? FlagOrNull(int position, string keyword) => Any(position, keyword) switch
    {
        null => null,
        bool value => value,
        long value and (0 or 1) => value == 1,
        var other => throw Wrong(keyword, $"is no truth value: {Comparison.Text(other)}"),
    };

    /// <summary>Text.</summary>
    public string Text(int position, string keyword) =>
        TextOrNull(position, keyword) ?? throw Wrong(keyword, "is missing");

    /// <summary>Text, or a default where it is None or not given.</summary>
    public string Text(int position, string keyword, string otherwise) => TextOrNull(position, keyword) ?? otherwise;

    /// <summary>Text or None.</summary>
    public string? TextOrNull(int position, string keyword) => Any(position, keyword) switch
    {
        null => null,
        string value => value,
        var other => throw Wrong(keyword, $"is no text: {Comparison.Text(other)}"),
    };

    /// <summary>A dtype or None.</summary>
    public DType? DType(int position, string keyword) => Any(position, keyword) switch
    {
        null => null,
        DType value => value,
        var other => throw Wrong(keyword, $"is no dtype: {Comparison.Text(other)}"),
    };

    /// <summary>A device or None.</summary>
    public ComputeDevice? Device(int position, string keyword) => Any(position, keyword) switch
    {
        null => null,
        ComputeDevice value => value,
        // The cases were made on the CPU: its name stands for the device under test.
        "cpu" => ComputeDevice.Default,
        string value => ComputeDevice.Parse(value),
        var other => throw Wrong(keyword, $"is no device: {Comparison.Text(other)}"),
    };

    /// <summary>Whole numbers: a list of them, one alone, or all positional arguments from a place on.</summary>
    public long[] Longs(int position, string keyword) =>
        LongsOrNull(position, keyword) ?? throw Wrong(keyword, "is missing");

    /// <summary>Whole numbers or None.</summary>
    public long[]? LongsOrNull(int position, string keyword) => Has(position, keyword)
        ? [.. Items(position, keyword).Select(item => LongOf(item, keyword))]
        : NoLongs(position, keyword);

    /// <summary>Dimensions: a list of them, one alone, or all positional arguments from a place on.</summary>
    public int[] Ints(int position, string keyword) =>
        IntsOrNull(position, keyword) ?? throw Wrong(keyword, "is missing");

    /// <summary>Dimensions or None; one alone counts as a list of one, but no further positional arguments.</summary>
    public int[]? IntsOrNull(int position, string keyword) => Any(position, keyword) switch
    {
        null => null,
        object?[] items => [.. items.Select(item => Narrow(LongOf(item, keyword), keyword))],
        TupleValue tuple => [.. tuple.Items.Select(item => Narrow(LongOf(item, keyword), keyword))],
        var one => [Narrow(LongOf(one, keyword), keyword)],
    };

    /// <summary>Real numbers: a list of them, or one alone; null where it is None or not given.</summary>
    public double[]? RealsOrNull(int position, string keyword) => Any(position, keyword) switch
    {
        null => null,
        object?[] items => [.. items.Select(item => RealOf(item, keyword))],
        TupleValue tuple => [.. tuple.Items.Select(item => RealOf(item, keyword))],
        var one => [RealOf(one, keyword)],
    };

    /// <summary>The items of a list; where there is none, all positional arguments from its place on.</summary>
    public object?[] Items(int position, string keyword)
    {
        switch (Any(position, keyword))
        {
            case object?[] items:
                return items;
            case TupleValue tuple:
                return tuple.Items;
            case var only when position < 0 || position >= positional.Count:
                return only is null ? [] : [only];
            default:
                var rest = positional.Skip(position).ToArray();
                read.AsSpan(position).Fill(true);
                return rest;
        }
    }

    /// <summary>A value that cannot be what its argument must be.</summary>
    public CannotBindException Wrong(string keyword, string why) => new($"{name}: argument '{keyword}' {why}");

    /// <summary>Checks that every argument has been read.</summary>
    /// <exception cref="CannotBindException">One has not: the binding does not know it.</exception>
    public void CheckAllRead()
    {
        var left = Array.IndexOf(read, false);
        if (left >= 0)
            throw new CannotBindException($"{name}: unexpected positional argument {left}");
        if (keywords.Keys.FirstOrDefault(k => !readKeywords.Contains(k)) is { } keyword)
            throw new CannotBindException($"{name}: unexpected argument '{keyword}'");
    }

    private object? Peek(int position, string keyword) => position >= 0 && position < positional.Count
        ? positional[position]
        : keywords.GetValueOrDefault(keyword);

    private long[]? NoLongs(int position, string keyword)
    {
        _ = Any(position, keyword);
        return null;
    }

    private long LongOf(object? value, string keyword) => value switch
    {
        long whole => whole,
        Tensor { DType.IsFloatingPoint: false } tensor => tensor.Item().ToInt64(),
        _ => throw Wrong(keyword, $"is no whole number: {Comparison.Text(value)}"),
    };

    private double RealOf(object? value, string keyword) => value switch
    {
        long whole => whole,
        double real => real,
        _ => throw Wrong(keyword, $"is no number: {Comparison.Text(value)}"),
    };

    private int Narrow(long value, string keyword) => value is >= int.MinValue and <= int.MaxValue
        ? (int)value
        : throw Wrong(keyword, $"is too large: {value}");
}
