namespace KernelEngine.SoftwareCuda;

/// <summary>Reads instructions: what each takes, and what it does.</summary>
internal static unsafe class PtxInstructionReader
{
    private static readonly PtxType Predicate = new(PtxClass.Predicate, 0);
    private static readonly PtxType Word = new(PtxClass.Unsigned, 4);

    /// <summary>Reads one.</summary>
    /// <param name="kernel">The kernel that it is part of.</param>
    /// <param name="instruction">What is filled in.</param>
    /// <param name="operation">Its name, as <c>add.s32</c>.</param>
    /// <param name="operands">Its operands.</param>
    public static void Read(
        PtxKernelReader kernel, PtxInstruction instruction, string operation, List<string> operands)
    {
        var parts = operation.Split('.');
        var types = parts.Skip(1).Select(PtxType.Parse).OfType<PtxType>().ToArray();
        switch (parts[0])
        {
            case "bra":
                Expect(parts.Length == 1 || parts[1] == "uni");
                instruction.Flow = PtxFlow.Branch;
                kernel.Branch(instruction, operands.Single());
                break;
            case "ret":
                instruction.Flow = PtxFlow.Return;
                break;
            case "bar":
                Expect(operation == "bar.sync" && operands is ["0"]);
                instruction.Flow = PtxFlow.Barrier;
                break;
            case "mov":
                ReadMove(kernel, instruction, Only(), operands);
                break;
            case "setp":
                Expect(parts.Length == 3 && operands.Count == 3);
                instruction.Step = PtxComparison.Of(parts[1], Only());
                instruction.SetOperands(
                [
                    kernel.Result(operands[0], Predicate, instruction),
                    kernel.Operand(operands[1], types[0], instruction),
                    kernel.Operand(operands[2], types[0], instruction),
                ]);
                break;
            case "selp":
                Expect(parts.Length == 2 && operands.Count == 4 && types[0].Size >= 2);
                instruction.Step = Chosen;
                instruction.SetOperands(
                [
                    kernel.Result(operands[0], types[0], instruction),
                    kernel.Operand(operands[1], types[0], instruction),
                    kernel.Operand(operands[2], types[0], instruction),
                    kernel.Operand(operands[3], Predicate, instruction),
                ]);
                break;
            case "cvt" when operation == "cvt.rna.tf32.f32":
                instruction.Step = PtxMatrix.ToTf32;
                instruction.SetOperands(
                [
                    kernel.Result(operands[0], new(PtxClass.Bits, 4), instruction),
                    kernel.Operand(operands[1], new(PtxClass.Real, 4), instruction),
                ]);
                break;
            case "mma":
                PtxMatrix.Read(kernel, instruction, operation, operands);
                break;
            case "ldmatrix":
                PtxMatrix.ReadLoad(kernel, instruction, operation, operands);
                break;
            case "cp":
                PtxCopies.Read(kernel, instruction, operation, operands);
                break;
            case "cvt":
                ReadConversion(kernel, instruction, parts, types, operands);
                break;
            case "cvta":
                Expect(operation == "cvta.to.global.u64" && operands.Count == 2);
                instruction.Step = Moved;
                instruction.SetOperands(
                [
                    kernel.Result(operands[0], types[0], instruction),
                    kernel.Operand(operands[1], types[0], instruction),
                ]);
                break;
            case "ld":
                ReadLoad(kernel, instruction, parts, Only(), operands);
                break;
            case "st":
                ReadStore(kernel, instruction, parts, Only(), operands);
                break;
            case "atom":
                ReadAtomic(kernel, instruction, operation, Only(), operands);
                break;
            default:
                ReadArithmetic(kernel, instruction, operation, parts, Only(), operands);
                break;
        }

        if (instruction is { Step: null, WarpStep: null, Flow: PtxFlow.Next })
            throw new PtxException($"not known: {instruction.Text}");

        PtxType Only() => types is [var type] ? type : throw new PtxException($"not known: {instruction.Text}");

        void Expect(bool isSo)
        {
            if (!isSo)
                throw new PtxException($"not known: {instruction.Text}");
        }
    }

    private static void Moved(ulong* r, PtxInstruction i) => r[i.D] = r[i.A];

    private static void Chosen(ulong* r, PtxInstruction i) => r[i.D] = r[i.C] != 0 ? r[i.A] : r[i.B];

    private static void Joined(ulong* r, PtxInstruction i) => r[i.D] = r[i.A] | (r[i.B] << 32);

    private static void Parted(ulong* r, PtxInstruction i)
    {
        var whole = r[i.B];
        (r[i.D], r[i.A]) = ((uint)whole, whole >> 32);
    }

    private static void ReadMove(
        PtxKernelReader kernel, PtxInstruction instruction, PtxType type, List<string> operands)
    {
        if (operands.Count != 2)
            throw new PtxException($"two operands: {instruction.Text}");
        if (operands[1][0] == '{')
        {
            var (low, high) = Pair(operands[1]);
            instruction.Step = Joined;
            instruction.SetOperands(
            [
                kernel.Result(operands[0], type, instruction), kernel.Operand(low, Word, instruction),
                kernel.Operand(high, Word, instruction),
            ]);
        }
        else if (operands[0][0] == '{')
        {
            var (low, high) = Pair(operands[0]);
            instruction.Step = Parted;
            instruction.SetOperands(
            [
                kernel.Result(low, Word, instruction), kernel.Result(high, Word, instruction),
                kernel.Operand(operands[1], type, instruction),
            ]);
        }
        else
        {
            instruction.Step = Moved;
            instruction.SetOperands(
            [
                kernel.Result(operands[0], type, instruction), kernel.Operand(operands[1], type, instruction),
            ]);
        }

        (string Low, string High) Pair(string vector)
        {
            var parts = Elements(vector);
            return parts.Length == 2 && type is { Class: PtxClass.Bits, Size: 8 }
                ? (parts[0], parts[1])
                : throw new PtxException($"not known: {instruction.Text}");
        }
    }

    private static void ReadConversion(
        PtxKernelReader kernel, PtxInstruction instruction, string[] parts, PtxType[] types, List<string> operands)
    {
        if (types.Length != 2 || operands.Count != 2 || parts.Length > 4)
            throw new PtxException($"not known: {instruction.Text}");
        var rounding = parts.Length == 4 ? parts[1] : "";

        // float16 has no registers of its own.
        static PtxType Held(PtxType type) =>
            type is { Class: PtxClass.Real, Size: 2 } ? new(PtxClass.Bits, 2) : type;
        instruction.SetOperands(
        [
            kernel.Result(operands[0], Held(types[0]), instruction, mayBeWider: true),
            kernel.Operand(operands[1], Held(types[1]), instruction, mayBeWider: true),
        ]);
        instruction.Step = PtxConversion.Of(
            types[0], types[1], rounding, kernel.TypeOf(operands[0], instruction).Size);
    }

    private static void ReadLoad(
        PtxKernelReader kernel, PtxInstruction instruction, string[] parts, PtxType type, List<string> operands)
    {
        var modifiers = parts.Skip(1).SkipLast(1).ToList();
        var width = Width(modifiers);
        var (isShared, isParameter) = (modifiers.Remove("shared"), modifiers.Remove("param"));
        modifiers.Remove("volatile");
        var isGlobal = modifiers.Remove("global");
        modifiers.Remove("const");
        if (isGlobal)
            modifiers.Remove("nc");
        if (modifiers.Count > 0 || operands.Count != 2 || type.Class == PtxClass.Predicate)
            throw new PtxException($"not known: {instruction.Text}");
        var targets = width == 1 ? [operands[0]] : Elements(operands[0]);
        var (place, offset) = kernel.Address(operands[1], instruction, isParameter, isShared);
        instruction.Offset = offset;
        instruction.SetOperands(
            [.. targets.Select(t => kernel.Result(t, type, instruction, mayBeWider: width == 1)), place]);
        if (targets.Length != width)
            throw new PtxException($"{width} registers: {instruction.Text}");
        instruction.Step = PtxAccess.Load(
            type, kernel.TypeOf(targets[0], instruction).Size, isShared, width);
    }

    private static void ReadStore(
        PtxKernelReader kernel, PtxInstruction instruction, string[] parts, PtxType type, List<string> operands)
    {
        var modifiers = parts.Skip(1).SkipLast(1).ToList();
        var width = Width(modifiers);
        var isShared = modifiers.Remove("shared");
        modifiers.Remove("global");
        modifiers.Remove("volatile");
        if (modifiers.Count > 0 || operands.Count != 2 || type.Class == PtxClass.Predicate)
            throw new PtxException($"not known: {instruction.Text}");
        var sources = width == 1 ? [operands[1]] : Elements(operands[1]);
        var (place, offset) = kernel.Address(operands[0], instruction, isShared: isShared);
        instruction.Offset = offset;
        instruction.SetOperands(
            [place, .. sources.Select(s => kernel.Operand(s, type, instruction, mayBeWider: width == 1))]);
        if (sources.Length != width)
            throw new PtxException($"{width} registers: {instruction.Text}");
        instruction.Step = PtxAccess.Store(type, isShared, width);
    }

    private static void ReadAtomic(
        PtxKernelReader kernel, PtxInstruction instruction, string operation, PtxType type, List<string> operands)
    {
        var name = operation["atom.".Length..];
        var isShared = name.StartsWith("shared.", StringComparison.Ordinal);
        if (isShared || name.StartsWith("global.", StringComparison.Ordinal))
            name = name["shared.".Length..];
        if (operands.Count != (name.StartsWith("cas.", StringComparison.Ordinal) ? 4 : 3))
            throw new PtxException($"not known: {instruction.Text}");
        var (place, offset) = kernel.Address(operands[1], instruction, isShared: isShared);
        instruction.Offset = offset;
        instruction.SetOperands(
        [
            kernel.Result(operands[0], type, instruction), place,
            .. operands.Skip(2).Select(o => kernel.Operand(o, type, instruction)),
        ]);
        instruction.Step = PtxAccess.Atomic(name, isShared);
    }

    private static void ReadArithmetic(
        PtxKernelReader kernel, PtxInstruction instruction, string operation, string[] parts, PtxType type,
        List<string> operands)
    {
        instruction.Step = PtxArithmetic.Find(operation);
        var wide = parts.Contains("wide") ? type with { Size = 2 * type.Size } : type;
        var expected = parts[0] switch
        {
            "mad" or "fma" or "bfe" => 4,
            "neg" or "abs" or "not" or "sqrt" or "rcp" or "popc" or "clz" or "brev" => 2,
            _ => 3,
        };
        if (operands.Count != expected)
            throw new PtxException($"{expected} operands: {instruction.Text}");
        var places = new List<int> { kernel.Result(operands[0], wide, instruction) };
        for (var k = 1; k < operands.Count; k++)
        {
            var own = parts[0] is "shl" or "shr" && k == 2 ? Word
                : parts[0] == "bfe" && k > 1 ? Word
                : parts[0] == "mad" && k == 3 ? wide
                : type;
            places.Add(kernel.Operand(operands[k], own, instruction));
        }

        instruction.SetOperands(places);
    }

    private static int Width(List<string> modifiers) =>
        modifiers.Remove("v4") ? 4 : modifiers.Remove("v2") ? 2 : 1;

    /// <summary>The elements of a vector in braces.</summary>
    public static string[] Elements(string vector) =>
        vector.Trim('{', '}', ' ').Split(',', StringSplitOptions.TrimEntries);
}
