using System.Globalization;

namespace KernelEngine.SoftwareCuda;

/// <summary>
/// A module of PTX, read strictly: every instruction is known, every register declared and of a type that its
/// instruction takes (PTX ISA 9.4.1). What compilers never write for this engine's kernels is refused.
/// </summary>
internal sealed class PtxModule
{
    private readonly Dictionary<string, PtxKernel> kernels = [];
    private readonly Dictionary<string, ulong> variables = [];

    /// <summary>Reads a text.</summary>
    /// <exception cref="PtxException">It is no PTX.</exception>
    public PtxModule(string text)
    {
        var statements = PtxStatements.Of(text).ToList();
        var place = 0;
        Target = Header(".target", 2);
        for (; place < statements.Count; place++)
        {
            var statement = statements[place];
            if (statement.StartsWith(".visible .entry ", StringComparison.Ordinal))
                Add(ref place, statements);
            else if (statement.StartsWith(".global ", StringComparison.Ordinal) ||
                statement.StartsWith(".const ", StringComparison.Ordinal))
                Declare(statement);
            else
                throw new PtxException($"not known in a module: {statement}");
        }

        string Header(string last, int count)
        {
            string[] wanted = [".version ", ".target ", ".address_size 64"];
            for (var i = 0; i < wanted.Length; i++)
            {
                if (place >= statements.Count || !statements[place++].StartsWith(wanted[i], StringComparison.Ordinal))
                    throw new PtxException($"{wanted[i]}is missing");
            }

            return statements[place - count][(last.Length + 1)..];
        }
    }

    /// <summary>The architecture that it was written for.</summary>
    public string Target { get; }

    /// <summary>Its kernels by name.</summary>
    public IReadOnlyDictionary<string, PtxKernel> Kernels => kernels;

    /// <summary>Gives its variables' memory back.</summary>
    public void Unload()
    {
        foreach (var address in variables.Values)
            PtxMemory.Free(address);
        variables.Clear();
    }

    private void Add(ref int place, List<string> statements)
    {
        var body = new List<string>();
        var head = statements[place++];
        var depth = 1;
        if (place >= statements.Count || statements[place] != "{")
            throw new PtxException($"a body is missing: {head}");
        while (depth > 0)
        {
            if (++place >= statements.Count)
                throw new PtxException("a closing brace is missing");
            depth += statements[place] switch { "{" => 1, "}" => -1, _ => 0 };
            body.Add(statements[place]);
        }

        body.RemoveAt(body.Count - 1);
        var kernel = new PtxKernelReader(head, variables).Read(body);
        if (!kernels.TryAdd(kernel.Name, kernel))
            throw new PtxException($"{kernel.Name} is there twice");
    }

    // ".global .align 8 .b32 table0[] = { 0x1, … }" and the like.
    private unsafe void Declare(string statement)
    {
        var equals = statement.IndexOf('=');
        if (equals < 0)
            throw new PtxException($"a variable without values: {statement}");
        var words = statement[..equals].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var type = PtxType.Parse(words[^2][1..]) ?? throw new PtxException($"no type: {statement}");
        var name = words[^1][..words[^1].IndexOf('[')];
        var values = statement[(equals + 1)..].Trim(' ', '{', '}').Split(',', StringSplitOptions.TrimEntries);
        var address = PtxMemory.Allocate((ulong)(values.Length * type.Size));
        for (var i = 0; i < values.Length; i++)
        {
            var bits = PtxNumbers.Bits(values[i], type)
                ?? throw new PtxException($"{values[i]} is no {type}: {statement}");
            var target = (byte*)address + (i * type.Size);
            new ReadOnlySpan<byte>(&bits, type.Size).CopyTo(new Span<byte>(target, type.Size));
        }

        variables.Add(name, address);
    }
}

/// <summary>Numbers as PTX writes them.</summary>
internal static class PtxNumbers
{
    /// <summary>A number as a register of a type has it; null where it is none of the type.</summary>
    public static ulong? Bits(string text, PtxType type)
    {
        if (text.StartsWith("0f", StringComparison.OrdinalIgnoreCase) && text.Length == 10)
        {
            return type is { Class: PtxClass.Real, Size: 4 } or { Class: PtxClass.Bits, Size: 4 }
                ? uint.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : null;
        }

        if (text.StartsWith("0d", StringComparison.OrdinalIgnoreCase) && text.Length == 18)
        {
            return type is { Class: PtxClass.Real, Size: 8 } or { Class: PtxClass.Bits, Size: 8 }
                ? ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : null;
        }

        if (type.Class == PtxClass.Real)
            return null;
        ulong whole;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!ulong.TryParse(
                text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out whole))
                return null;
        }
        else if (long.TryParse(text, CultureInfo.InvariantCulture, out var signed))
        {
            whole = (ulong)signed;
        }
        else if (!ulong.TryParse(text, CultureInfo.InvariantCulture, out whole))
        {
            return null;
        }

        return type.Size switch
        {
            0 => whole == 0 ? 0UL : 1,
            8 => whole,
            _ => whole & ((1UL << (8 * type.Size)) - 1),
        };
    }
}
