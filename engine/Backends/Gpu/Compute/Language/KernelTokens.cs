using System.Globalization;

namespace KernelEngine.Gpu;

/// <summary>What a word of a kernel's text is.</summary>
internal enum TokenKind
{
    /// <summary>The end of the text.</summary>
    End,
    /// <summary>A name or a keyword.</summary>
    Name,
    /// <summary>A whole number.</summary>
    Whole,
    /// <summary>A whole number that ends with u.</summary>
    Unsigned,
    /// <summary>A real number.</summary>
    Real,
    /// <summary>An operator or a bracket.</summary>
    Symbol,
}

/// <summary>A word of a kernel's text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">How it is written.</param>
/// <param name="Line">Its line, from 1.</param>
internal readonly record struct KernelToken(TokenKind Kind, string Text, int Line)
{
    /// <summary>The number that it is.</summary>
    public double Number { get; init; }

    /// <summary>Whether it is this operator or keyword.</summary>
    public bool Is(string text) => Kind is TokenKind.Symbol or TokenKind.Name && Text == text;
}

/// <summary>What is wrong with the text of a kernel of a user's own.</summary>
internal sealed class KernelTextException(int line, string message) : Exception($"line {line}: {message}");

/// <summary>Cuts a kernel's text into words. Of a preprocessor there is <c>#define NAME words</c> alone.</summary>
internal sealed class KernelTokens
{
    // Longer ones first.
    private static readonly string[] Symbols =
    [
        "<<=", ">>=", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "&=",
        "|=", "^=", "+", "-", "*", "/", "%", "<", ">", "=", "!", "~", "&", "|", "^", "?", ":", ",", ";", ".", "(", ")",
        "[", "]", "{", "}",
    ];

    private readonly string text;
    private readonly List<KernelToken> tokens = [];
    private readonly Dictionary<string, List<KernelToken>> defined = [];
    private int place;
    private int line = 1;

    private KernelTokens(string text) => this.text = text;

    /// <summary>The words of a text.</summary>
    /// <exception cref="KernelTextException">There is something that is none.</exception>
    public static List<KernelToken> Of(string text)
    {
        var reader = new KernelTokens(text);
        reader.Read();
        return reader.tokens;
    }

    private void Read()
    {
        while (SkipSpace(within: false))
        {
            if (text[place] == '#')
                Define();
            else
                Add(Next(), tokens);
        }

        tokens.Add(new(TokenKind.End, "the end", line));
    }

    private void Add(KernelToken token, List<KernelToken> target)
    {
        if (token.Kind == TokenKind.Name && defined.TryGetValue(token.Text, out var words))
            target.AddRange(words.Select(w => w with { Line = token.Line }));
        else
            target.Add(token);
    }

    private void Define()
    {
        place++;
        if (!SkipSpace(within: true) || Next() is not { Text: "define" } ||
            !SkipSpace(within: true) || Next() is not { Kind: TokenKind.Name } name ||
            (place < text.Length && text[place] == '('))
        {
            throw new KernelTextException(line, "of a preprocessor there is '#define NAME words' alone");
        }

        var words = new List<KernelToken>();
        while (SkipSpace(within: true))
            Add(Next(), words);
        defined[name.Text] = words;
    }

    // To the next word, of this line alone where it is within one; false at the end.
    private bool SkipSpace(bool within)
    {
        for (; place < text.Length; place++)
        {
            if (text[place] == '\n')
            {
                if (within)
                    return false;
                line++;
            }
            else if (text.AsSpan(place).StartsWith("//"))
            {
                var end = text.IndexOf('\n', place);
                place = (end < 0 ? text.Length : end) - 1;
            }
            else if (text.AsSpan(place).StartsWith("/*"))
            {
                var end = text.IndexOf("*/", place + 2, StringComparison.Ordinal);
                if (end < 0)
                    throw new KernelTextException(line, "a comment does not end");
                line += text.AsSpan(place, end - place).Count('\n');
                place = end + 1;
            }
            else if (!char.IsWhiteSpace(text[place]))
            {
                return true;
            }
        }

        return false;
    }

    private KernelToken Next()
    {
        var first = place;
        if (char.IsAsciiLetter(text[first]) || text[first] == '_')
        {
            while (place < text.Length && (char.IsAsciiLetterOrDigit(text[place]) || text[place] == '_'))
                place++;
            return new(TokenKind.Name, text[first..place], line);
        }

        if (char.IsAsciiDigit(text[first]) ||
            (text[first] == '.' && first + 1 < text.Length && char.IsAsciiDigit(text[first + 1])))
            return Number();
        foreach (var symbol in Symbols)
        {
            if (text.AsSpan(first).StartsWith(symbol, StringComparison.Ordinal))
            {
                place += symbol.Length;
                return new(TokenKind.Symbol, symbol, line);
            }
        }

        throw new KernelTextException(line, $"'{text[first]}' means nothing");
    }

    private KernelToken Number()
    {
        var first = place;
        var isHex = text.AsSpan(first).StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (isHex)
            place += 2;
        while (place < text.Length && (char.IsAsciiLetterOrDigit(text[place]) || text[place] == '.' ||
            (!isHex && text[place] is '+' or '-' && text[place - 1] is 'e' or 'E')))
            place++;
        var word = text[first..place];
        var digits = isHex ? word[2..] : word;
        var isUnsigned = digits.EndsWith('u') || digits.EndsWith('U');
        var isFloat = !isHex && (digits.EndsWith('f') || digits.EndsWith('F'));
        if (isUnsigned || isFloat)
            digits = digits[..^1];
        if (!isFloat && uint.TryParse(
            digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture,
            out var whole))
        {
            return new(isUnsigned || whole > int.MaxValue ? TokenKind.Unsigned : TokenKind.Whole, word, line)
            {
                Number = whole,
            };
        }

        if (!isHex && !isUnsigned &&
            double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var real))
            return new(TokenKind.Real, word, line) { Number = real };
        throw new KernelTextException(line, $"'{word}' is no number");
    }
}
