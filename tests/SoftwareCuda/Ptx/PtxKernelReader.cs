using System.Globalization;

namespace KernelEngine.SoftwareCuda;

/// <summary>Reads a kernel.</summary>
internal sealed class PtxKernelReader
{
    private readonly Dictionary<string, (int Place, PtxType Type)> registers = [];
    private readonly Dictionary<string, int> labels = [];
    private readonly Dictionary<string, ulong> names; // variables and shared memory, by their addresses
    private readonly Dictionary<string, (int Offset, PtxType Type)> parameters = [];
    private readonly List<ulong> constants = [];
    private readonly List<(PtxInstruction Instruction, string Label)> branches = [];
    private readonly string name;
    private readonly (int X, int Y, int Z) most;
    private int registerCount = PtxRegisters.Count;
    private int sharedBytes;

    /// <summary>Reads a kernel's head.</summary>
    public PtxKernelReader(string head, Dictionary<string, ulong> variables)
    {
        names = new(variables);
        var (open, close) = (head.IndexOf('('), head.IndexOf(')'));
        if (open < 0 || close < 0)
            throw new PtxException($"no parameters: {head}");
        name = head[".visible .entry ".Length..open].Trim();
        foreach (var one in head[(open + 1)..close].Split(',', StringSplitOptions.TrimEntries))
        {
            // ".param .u64 k_words"
            var words = one.Split(' ');
            var type = PtxType.Parse(words[1][1..]) ?? throw new PtxException($"no type: {one}");
            var end = parameters.Values.Select(p => p.Offset + p.Type.Size).LastOrDefault();
            parameters.Add(words[^1], ((end + type.Size - 1) / type.Size * type.Size, type));
        }

        var rest = head[(close + 1)..].Trim();
        foreach (var directive in rest.Split('.', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var space = directive.IndexOf(' ');
            var numbers = directive[(space + 1)..].Split(',')
                .Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            if (directive[..space] is "maxntid" or "reqntid")
                most = (numbers[0], numbers.ElementAtOrDefault(1), numbers.ElementAtOrDefault(2));
            else if (directive[..space] != "minnctapersm")
                throw new PtxException($"not known of a kernel: .{directive}");
        }
    }

    /// <summary>Reads the statements of its body.</summary>
    public PtxKernel Read(List<string> statements)
    {
        foreach (var statement in statements.Where(s => s.StartsWith(".reg ", StringComparison.Ordinal)))
            DeclareRegisters(statement);
        foreach (var statement in statements.Where(s => s.StartsWith(".shared ", StringComparison.Ordinal)))
            DeclareShared(statement);
        var code = new List<PtxInstruction>();
        foreach (var statement in statements)
        {
            if (statement is "{" or "}" || statement.StartsWith(".reg ", StringComparison.Ordinal) ||
                statement.StartsWith(".shared ", StringComparison.Ordinal) ||
                statement.StartsWith(".pragma ", StringComparison.Ordinal))
                continue;
            if (statement[^1] == ':')
                labels.Add(statement[..^1], code.Count);
            else if (statement[0] == '.')
                throw new PtxException($"not known in a kernel: {statement}");
            else
                code.Add(Read(statement));
        }

        if (code.Count == 0 || code[^1].Flow is not (PtxFlow.Return or PtxFlow.Branch))
            throw new PtxException($"{name} runs beyond its end");
        foreach (var (instruction, label) in branches)
        {
            instruction.Target = labels.TryGetValue(label, out var place)
                ? place
                : throw new PtxException($"there is no {label}: {instruction.Text}");
        }

        // Numbers behind the registers; their places were counted from the end.
        foreach (var instruction in code)
        {
            instruction.SetOperands(
                [.. instruction.Operands.Select(o => o < 0 ? registerCount + ~o : o)]);
        }

        return new()
        {
            Name = name,
            Parameters = [.. parameters.Values.Select(p => (p.Offset, p.Type.Size))],
            MostThreads = most,
            Code = [.. code],
            SharedBytes = sharedBytes,
            Registers = [.. Enumerable.Repeat(0xDBDBDBDBDBDBDBDBUL, registerCount), .. constants],
            RegisterCount = registerCount,
        };
    }

    /// <summary>A register, or a number, as an operand of a type.</summary>
    public int Operand(string text, PtxType type, PtxInstruction of, bool mayBeWider = false)
    {
        if (text[0] == '%')
        {
            var (place, own) = Register(text, of);
            return type.Takes(own, mayBeWider)
                ? place
                : throw new PtxException($"{text} is {own}, not {type}: {of.Text}");
        }

        if (names.TryGetValue(text, out var address))
        {
            return type.Size is 4 or 8 && type.Class != PtxClass.Real
                ? Constant(address)
                : throw new PtxException($"an address as {type}: {of.Text}");
        }

        return Constant(PtxNumbers.Bits(text, type) ?? throw new PtxException($"{text} is no {type}: {of.Text}"));
    }

    /// <summary>A register that is written.</summary>
    public int Result(string text, PtxType type, PtxInstruction of, bool mayBeWider = false) =>
        text[0] == '%' && registers.ContainsKey(text)
            ? Operand(text, type, of, mayBeWider)
            : throw new PtxException($"{text} cannot be written: {of.Text}");

    /// <summary>The type of a register.</summary>
    public PtxType TypeOf(string text, PtxInstruction of) => Register(text, of).Type;

    /// <summary>An address: what it is counted from, and how far from that.</summary>
    public (int Place, long Offset) Address(string text, PtxInstruction of, bool isParameter = false, bool isShared = false)
    {
        if (text[0] != '[' || text[^1] != ']')
            throw new PtxException($"{text} is no address: {of.Text}");
        var plus = text.IndexOf('+');
        var offset = plus < 0 ? 0 : long.Parse(text.AsSpan(plus + 1, text.Length - plus - 2), CultureInfo.InvariantCulture);
        var first = text[1..(plus < 0 ? ^1 : plus)];
        if (isParameter)
        {
            return parameters.TryGetValue(first, out var parameter)
                ? (PtxRegisters.Parameters, parameter.Offset + offset)
                : throw new PtxException($"there is no parameter {first}: {of.Text}");
        }

        // Addresses have 64 bits, or 32 in shared memory.
        if (first[0] == '%' && isShared && Register(first, of).Type.Size == 4)
            return (Operand(first, new(PtxClass.Unsigned, 4), of), offset);
        return (Operand(first, new(PtxClass.Unsigned, 8), of), offset);
    }

    /// <summary>A number behind the registers.</summary>
    public int Constant(ulong bits)
    {
        var known = constants.IndexOf(bits);
        if (known < 0)
        {
            known = constants.Count;
            constants.Add(bits);
        }

        return ~known;
    }

    /// <summary>Notes where a branch goes.</summary>
    public void Branch(PtxInstruction instruction, string label) => branches.Add((instruction, label));

    private (int Place, PtxType Type) Register(string text, PtxInstruction of)
    {
        if (registers.TryGetValue(text, out var known))
            return known;
        var special = text.Length > 4 ? PtxRegisters.Find(text) : -1;
        return special >= 0
            ? (special, new(PtxClass.Unsigned, 4))
            : throw new PtxException($"{text} is not declared: {of.Text}");
    }

    private PtxInstruction Read(string statement)
    {
        var instruction = new PtxInstruction { Text = statement };
        var rest = statement;
        if (rest[0] == '@')
        {
            var space = rest.IndexOf(' ');
            instruction.IsNegated = rest[1] == '!';
            instruction.Guard = Operand(
                rest[(instruction.IsNegated ? 2 : 1)..space], new(PtxClass.Predicate, 0), instruction);
            rest = rest[(space + 1)..];
        }

        var end = rest.IndexOf(' ');
        var operation = end < 0 ? rest : rest[..end];
        PtxInstructionReader.Read(this, instruction, operation, end < 0 ? [] : Split(rest[(end + 1)..]));
        return instruction;
    }

    // At commas, but not within braces.
    private static List<string> Split(string operands)
    {
        var parts = new List<string>();
        var (depth, from) = (0, 0);
        for (var i = 0; i <= operands.Length; i++)
        {
            if (i == operands.Length || (operands[i] == ',' && depth == 0))
            {
                parts.Add(operands[from..i].Trim());
                from = i + 1;
            }
            else
            {
                depth += operands[i] switch { '{' => 1, '}' => -1, _ => 0 };
            }
        }

        return parts;
    }

    // ".reg .b32 %r<12>" or ".reg .b64 %words, %more".
    private void DeclareRegisters(string statement)
    {
        var words = statement.Split(' ', 3);
        var type = PtxType.Parse(words[1][1..]) ?? throw new PtxException($"no type: {statement}");
        foreach (var one in words[2].Split(',', StringSplitOptions.TrimEntries))
        {
            var angle = one.IndexOf('<');
            if (angle < 0)
            {
                registers[one] = (registerCount++, type);
                continue;
            }

            var count = int.Parse(one.AsSpan(angle + 1, one.Length - angle - 2), CultureInfo.InvariantCulture);
            for (var i = 0; i < count; i++)
                registers[one[..angle] + i.ToString(CultureInfo.InvariantCulture)] = (registerCount++, type);
        }
    }

    // ".shared .align 4 .b8 name[4160]"
    private void DeclareShared(string statement)
    {
        var words = statement.Split(' ');
        if (words.Length != 5 || words[1] != ".align" || words[3] != ".b8")
            throw new PtxException($"not known: {statement}");
        var align = int.Parse(words[2], CultureInfo.InvariantCulture);
        var bracket = words[4].IndexOf('[');
        sharedBytes = (sharedBytes + align - 1) / align * align;
        names.Add(words[4][..bracket], (ulong)sharedBytes);
        sharedBytes += int.Parse(words[4].AsSpan(bracket + 1, words[4].Length - bracket - 2), CultureInfo.InvariantCulture);
    }
}
