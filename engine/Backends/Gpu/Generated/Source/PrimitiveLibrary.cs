using System.Text;

namespace KernelEngine.Gpu;

/// <summary>
/// A dialect's functions for primitives, <c>shaders/dialects/NAME.primitives</c>: pieces between empty lines, each a
/// function, given to those kernels that use it; what is no function is given to all.
/// </summary>
internal sealed class PrimitiveLibrary
{
    private readonly List<Piece> pieces = [];
    private readonly Dictionary<string, int> places = [];

    /// <summary>Reads the files of a dialect.</summary>
    public PrimitiveLibrary(Dialect dialect, string[] files)
    {
        foreach (var file in files)
            Read($"dialects/{file}.primitives", dialect);
    }

    /// <summary>The names of its functions.</summary>
    public IReadOnlyCollection<string> Functions => places.Keys;

    /// <summary>Whether it has a function.</summary>
    public bool Contains(string function) => places.ContainsKey(function);

    private void Read(string resource, Dialect dialect)
    {
        using var stream = typeof(PrimitiveLibrary).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded");
        using var reader = new StreamReader(stream);
        var piece = new StringBuilder();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
                Close();
            else if (!line.StartsWith("//", StringComparison.Ordinal))
                piece.Append(line).Append('\n');
        }

        Close();

        void Close()
        {
            var text = piece.ToString().Replace("$F ", dialect.Function + ' ');
            piece.Clear();
            if (text.Length == 0)
                return;
            if (text.Contains("$r", StringComparison.Ordinal))
            {
                foreach (var kind in (ValueKind[])[ValueKind.Float32, ValueKind.Float64])
                    Add(text.Replace("$R", dialect.Type(kind)).Replace("$r", Dialect.Suffix(kind)));
            }
            else if (text.Contains("$w", StringComparison.Ordinal))
            {
                foreach (var kind in (ValueKind[])[ValueKind.Int32, ValueKind.Int64])
                {
                    Add(text.Replace("$W", dialect.Type(kind)).Replace("$w", Dialect.Suffix(kind))
                        .Replace("$U", dialect.Unsigned(kind)).Replace("$M", kind == ValueKind.Int32 ? "31" : "63"));
                }
            }
            else
            {
                Add(text);
            }
        }
    }

    /// <summary>The functions, what they use, and what every kernel is given.</summary>
    public string Render(IEnumerable<string> functions)
    {
        var wanted = new bool[pieces.Count];
        foreach (var function in functions)
            wanted[places[function]] = true;

        // What a piece uses stands before it.
        for (var i = pieces.Count - 1; i >= 0; i--)
        {
            if (wanted[i] |= pieces[i].Function is null)
            {
                foreach (var used in pieces[i].Uses)
                    wanted[used] = true;
            }
        }

        var text = new StringBuilder();
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i])
                text.Append(pieces[i].Text);
        }

        return text.ToString();
    }

    private void Add(string text)
    {
        string? function = null;
        var uses = new List<int>();
        foreach (var name in Names(text))
        {
            if (places.TryGetValue(name, out var place))
                uses.Add(place);
            else
                function ??= name;
        }

        if (function is not null)
            places[function] = pieces.Count;
        pieces.Add(new(text, function, uses));
    }

    // Everything that begins with k_ and is called.
    private static IEnumerable<string> Names(string text)
    {
        for (var i = text.IndexOf("k_", StringComparison.Ordinal); i >= 0;
            i = text.IndexOf("k_", i + 2, StringComparison.Ordinal))
        {
            if (i > 0 && (char.IsAsciiLetterOrDigit(text[i - 1]) || text[i - 1] == '_'))
                continue;
            var end = i;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
                end++;
            if (end < text.Length && text[end] == '(')
                yield return text[i..end];
        }
    }

    private sealed record Piece(string Text, string? Function, List<int> Uses);
}
