using System.Globalization;

namespace KernelEngine.Nn;

/// <summary>Reads the dictionary in an npy array's header: the few Python literals that NumPy writes there.</summary>
internal ref struct NpyHeaderText(string text, FilePlace place)
{
    private readonly ReadOnlySpan<char> text = text;
    private readonly FilePlace place = place;
    private int at;

    /// <summary>Reads the whole text.</summary>
    public NpyHeader Parse()
    {
        (DType DType, bool IsBigEndian)? description = null;
        bool? isFortranOrder = null;
        Shape? shape = null;
        Expect('{');
        while (!Take('}'))
        {
            var key = ReadText();
            Expect(':');
            var isNew = true;
            switch (key)
            {
                case "descr":
                    isNew = description is null;
                    description = ReadDescription();
                    break;
                case "fortran_order":
                    isNew = isFortranOrder is null;
                    isFortranOrder = ReadTruth();
                    break;
                case "shape":
                    isNew = shape is null;
                    shape = ReadShape();
                    break;
                default:
                    throw Broken($"'{key}' is none of descr, fortran_order and shape");
            }

            if (!isNew)
                throw Broken($"'{key}' is there twice");
            if (!Take(','))
            {
                Expect('}');
                break;
            }
        }

        SkipSpace();
        if (at < text.Length)
            throw Broken("something follows the dictionary");
        if (description is not { } dtype || isFortranOrder is not { } order || shape is not { } sizes)
            throw Broken("descr, fortran_order and shape must all be there");
        Elements.BytesOf(sizes.AsSpan(), dtype.DType, place);
        return new(dtype.DType, dtype.IsBigEndian, order, sizes);
    }

    private (DType DType, bool IsBigEndian) ReadDescription()
    {
        SkipSpace();
        if (at < text.Length && text[at] is '[' or '(')
        {
            throw Broken("it is a structured array; save its fields one by one, as in np.savez(path, x=a['x'])");
        }

        var description = ReadText();
        return description.Contains('O')
            ? throw Broken("it holds Python objects, which cannot be read; save arrays of numbers")
            : NpyHeader.Describe(description, place);
    }

    private Shape ReadShape()
    {
        Span<long> sizes = stackalloc long[Elements.MostDimensions];
        var rank = 0;
        Expect('(');
        while (!Take(')'))
        {
            if (rank == sizes.Length)
                throw Broken($"its shape has more than {sizes.Length} dimensions");
            sizes[rank++] = ReadNumber();
            if (!Take(','))
            {
                if (rank == 1)
                    throw Broken("a number in parentheses is no shape: (3,) is one");
                Expect(')');
                break;
            }
        }

        return Shape.Create(sizes[..rank]);
    }

    private long ReadNumber()
    {
        SkipSpace();
        var start = at;
        if (at < text.Length && text[at] == '-')
            throw Broken("its shape has a negative size");
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (!long.TryParse(text[start..at], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw Broken("a size must be a whole number of at most 2^63 - 1");

        // Python 2 wrote long numbers as 3L.
        if (at < text.Length && text[at] == 'L')
            at++;
        return number;
    }

    private bool ReadTruth()
    {
        SkipSpace();
        foreach (var truth in (ReadOnlySpan<bool>)[true, false])
        {
            var word = truth ? "True" : "False";
            if (text[at..].StartsWith(word))
            {
                at += word.Length;
                return truth;
            }
        }

        throw Broken("fortran_order must be True or False");
    }

    private string ReadText()
    {
        SkipSpace();
        if (at >= text.Length || text[at] is not ('\'' or '"'))
            throw Broken("a text in quotes must be here");
        var rest = text[(at + 1)..];
        var length = rest.IndexOf(text[at]);
        if (length < 0 || rest[..length].ContainsAny('\\', '\n'))
            throw Broken("this text does not end, or has a backslash");
        at += length + 2;
        return new(rest[..length]);
    }

    private bool Take(char wanted)
    {
        SkipSpace();
        if (at >= text.Length || text[at] != wanted)
            return false;
        at++;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!Take(wanted))
            throw Broken($"'{wanted}' must be here");
    }

    private void SkipSpace()
    {
        while (at < text.Length && text[at] is ' ' or '\n' or '\t' or '\r')
            at++;
    }

    private readonly TensorFileException Broken(string reason) =>
        place.Broken($"the header is wrong at its character {at}: {reason}");
}
