namespace KernelEngine.Gpu;

/// <summary>
/// A module of SPIR-V 1.5 with one compute shader, as it is put together: types and constants once each, capabilities
/// as they are used, and the one function in three parts: variables, what is computed once at its beginning, the rest.
/// </summary>
internal sealed class SpirvModule
{
    private readonly SpirvWords capabilities = new(16);
    private readonly SpirvWords modes = new(16);
    private readonly SpirvWords decorations = new(128);
    private readonly SpirvWords globals = new(256);
    private readonly List<uint> globalVariables = [];
    private readonly Dictionary<(uint Type, ulong Bits), uint> constants = new(32);
    private readonly Dictionary<(SpirvStorage Storage, uint Type), uint> pointers = new(8);
    private readonly uint[] kinds = new uint[5];
    private uint int8;
    private uint int16;
    private readonly uint[] vectors = new uint[5];
    private uint functions;
    private ulong known; // capabilities that are declared already, by the low six bits, which tell them apart
    private uint lastId;

    /// <summary>Begins with what every kernel needs.</summary>
    public SpirvModule()
    {
        Main = NewId();
        Need(SpirvCapability.Shader);
        Need(SpirvCapability.PhysicalStorageBufferAddresses);
    }

    /// <summary>The variables of the function.</summary>
    public SpirvWords Variables { get; } = new(32);

    /// <summary>What is computed at the beginning of the function, for all of it.</summary>
    public SpirvWords Prologue { get; } = new(128);

    /// <summary>The function's instructions.</summary>
    public SpirvWords Body { get; } = new(512);

    /// <summary>The function.</summary>
    public uint Main { get; }

    /// <summary>32-bit integers, signed or not.</summary>
    public uint Int32 => TypeOf(ValueKind.Int32);

    /// <summary>64-bit integers, signed or not.</summary>
    public uint Int64 => TypeOf(ValueKind.Int64);

    /// <summary>8-bit integers, in memory only.</summary>
    public uint Int8 => int8 != 0 ? int8 : int8 = Narrow(8, SpirvCapability.StorageBuffer8BitAccess);

    /// <summary>16-bit integers, in memory only.</summary>
    public uint Int16 => int16 != 0 ? int16 : int16 = Narrow(16, SpirvCapability.StorageBuffer16BitAccess);

    /// <summary>Two 32-bit integers.</summary>
    public uint Pair => VectorOf(2);

    /// <summary>The functions of GLSL.std.450.</summary>
    public uint Functions => functions != 0 ? functions : functions = NewId();

    /// <summary>A new number for a value.</summary>
    public uint NewId() => ++lastId;

    /// <summary>Declares a capability, once.</summary>
    public void Need(SpirvCapability capability)
    {
        var bit = 1UL << ((int)capability & 63);
        if ((known & bit) != 0)
            return;
        known |= bit;
        capabilities.Add(SpirvOp.Capability, (uint)capability);
    }

    /// <summary>The type of a kind's registers. Integers have no sign: instructions do.</summary>
    public uint TypeOf(ValueKind kind)
    {
        ref var type = ref kinds[(int)kind];
        if (type != 0)
            return type;
        switch (kind)
        {
            case ValueKind.Bool:
                return type = Declare(SpirvOp.TypeBool);
            case ValueKind.Int32:
                return type = Declare(SpirvOp.TypeInt, 32, 0);
            case ValueKind.Int64:
                Need(SpirvCapability.Int64);
                return type = Declare(SpirvOp.TypeInt, 64, 0);
            case ValueKind.Float32:
                return type = Declare(SpirvOp.TypeFloat, 32);
            default:
                Need(SpirvCapability.Float64);
                return type = Declare(SpirvOp.TypeFloat, 64);
        }
    }

    /// <summary>So many 32-bit integers.</summary>
    public uint VectorOf(int length)
    {
        var type = Int32;
        ref var vector = ref vectors[length];
        return vector != 0 ? vector : vector = Declare(SpirvOp.TypeVector, type, (uint)length);
    }

    /// <summary>A type that is declared nowhere else.</summary>
    public uint Declare(SpirvOp op, params ReadOnlySpan<uint> operands)
    {
        var id = NewId();
        Span<uint> all = stackalloc uint[operands.Length + 1];
        all[0] = id;
        operands.CopyTo(all[1..]);
        globals.Add(op, all);
        return id;
    }

    /// <summary>The type of pointers to a type.</summary>
    public uint PointerTo(uint type, SpirvStorage storage)
    {
        if (!pointers.TryGetValue((storage, type), out var pointer))
        {
            pointer = Declare(SpirvOp.TypePointer, (uint)storage, type);
            pointers.Add((storage, type), pointer);
        }

        return pointer;
    }

    /// <summary>A constant by the bits that registers hold.</summary>
    public uint Constant(ValueKind kind, long bits)
    {
        var isWide = kind is ValueKind.Int64 or ValueKind.Float64;
        var type = TypeOf(kind);
        var key = (type, kind == ValueKind.Bool ? (bits != 0 ? 1UL : 0) : isWide ? (ulong)bits : (uint)bits);
        if (constants.TryGetValue(key, out var id))
            return id;
        id = NewId();
        constants.Add(key, id);
        if (kind == ValueKind.Bool)
            globals.Add(bits != 0 ? SpirvOp.ConstantTrue : SpirvOp.ConstantFalse, type, id);
        else if (isWide)
            globals.Add(SpirvOp.Constant, type, id, (uint)bits, (uint)(bits >> 32));
        else
            globals.Add(SpirvOp.Constant, type, id, (uint)bits);
        return id;
    }

    /// <summary>A variable of the module.</summary>
    public uint GlobalVariable(uint type, SpirvStorage storage)
    {
        var pointer = PointerTo(type, storage);
        var id = NewId();
        globals.AddResult(SpirvOp.Variable, pointer, id, (uint)storage);
        globalVariables.Add(id);
        return id;
    }

    /// <summary>A variable of the function.</summary>
    public uint LocalVariable(uint type)
    {
        var id = NewId();
        Variables.AddResult(SpirvOp.Variable, PointerTo(type, SpirvStorage.Function), id, (uint)SpirvStorage.Function);
        return id;
    }

    /// <summary>Says something of a value.</summary>
    public void Decorate(uint id, SpirvDecoration decoration) =>
        decorations.Add(SpirvOp.Decorate, id, (uint)decoration);

    /// <summary>Says something of a value, with a number.</summary>
    public void Decorate(uint id, SpirvDecoration decoration, uint value) =>
        decorations.Add(SpirvOp.Decorate, id, (uint)decoration, value);

    /// <summary>Where the first member of a structure lies, and that nobody writes it.</summary>
    public void DecorateOnlyMember(uint structure)
    {
        decorations.Add(SpirvOp.MemberDecorate, structure, 0, (uint)SpirvDecoration.Offset, 0);
        decorations.Add(SpirvOp.MemberDecorate, structure, 0, (uint)SpirvDecoration.NonWritable);
    }

    /// <summary>Sets an execution mode.</summary>
    public void AddMode(uint mode, params ReadOnlySpan<uint> operands)
    {
        Span<uint> all = stackalloc uint[operands.Length + 2];
        all[0] = Main;
        all[1] = mode;
        operands.CopyTo(all[2..]);
        modes.Add(SpirvOp.ExecutionMode, all);
    }

    /// <summary>All words, in the order that the specification wants.</summary>
    /// <param name="entry">The label that the function begins with.</param>
    public uint[] ToArray(uint entry)
    {
        var @void = Declare(SpirvOp.TypeVoid);
        var signature = Declare(SpirvOp.TypeFunction, @void);
        var header = new SpirvWords(32 + globalVariables.Count);
        if (functions != 0)
        {
            // "GLSL.std.450"
            header.Add(SpirvOp.ExtInstImport, functions, 0x4C534C47, 0x6474732E, 0x3035342E, 0);
        }

        const uint PhysicalStorageBuffer64 = 5348, Glsl450 = 1, GlCompute = 5;
        header.Add(SpirvOp.MemoryModel, PhysicalStorageBuffer64, Glsl450);
        Span<uint> entryPoint = new uint[4 + globalVariables.Count];
        (entryPoint[0], entryPoint[1], entryPoint[2], entryPoint[3]) = (GlCompute, Main, 0x6E69616D, 0); // "main"
        for (var i = 0; i < globalVariables.Count; i++)
            entryPoint[4 + i] = globalVariables[i];
        header.Add(SpirvOp.EntryPoint, entryPoint);

        var function = new SpirvWords(8);
        function.AddResult(SpirvOp.Function, @void, Main, 0, signature);
        function.Add(SpirvOp.Label, entry);
        var end = new SpirvWords(2);
        end.Add(SpirvOp.Return);
        end.Add(SpirvOp.FunctionEnd);

        var parts = (ReadOnlySpan<SpirvWords>)
            [capabilities, header, modes, decorations, globals, function, Variables, Prologue, Body, end];
        var count = 5;
        foreach (var part in parts)
            count += part.Count;
        var words = new uint[count];
        words[0] = 0x07230203;
        words[1] = 0x00010500;
        words[3] = lastId + 1;
        var place = 5;
        foreach (var part in parts)
        {
            part.Span.CopyTo(words.AsSpan(place));
            place += part.Count;
        }

        return words;
    }

    private uint Narrow(uint bits, SpirvCapability storage)
    {
        Need(storage);
        return Declare(SpirvOp.TypeInt, bits, 0);
    }
}
