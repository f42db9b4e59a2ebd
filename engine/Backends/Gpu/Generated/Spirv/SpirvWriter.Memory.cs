using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <content>Buffers, variables, shared memory, tables.</content>
internal sealed partial class SpirvWriter
{
    private readonly List<uint> listed = []; // addresses of buffers that are members of lists
    private readonly Dictionary<Array, uint> tables = new(ReferenceEqualityComparer.Instance); // their addresses
    private byte[] tableBytes = [];

    /// <inheritdoc/>
    public override int BufferAt(Value word)
    {
        var low = ParameterAt(word);
        var high = ParameterAt(new((int)Do(SpirvOp.IAdd, ValueKind.Int32, (uint)word.Id, Int(1)), ValueKind.Int32));
        listed.Add(Do(SpirvOp.Bitcast, ValueKind.Int64,
            Emit(SpirvOp.CompositeConstruct, module.Pair, (uint)low.Id, (uint)high.Id)));
        return buffers + listed.Count - 1;
    }

    /// <inheritdoc/>
    public override Value Load(int buffer, DType dtype, Value index)
    {
        var type = StorageType(dtype);
        var raw = Emit(SpirvOp.Load, type, Place(buffer, dtype, index, type), Aligned, (uint)dtype.Size);
        var id = dtype.Code switch
        {
            DTypeCode.UInt8 => Do(SpirvOp.UConvert, ValueKind.Int32, raw),
            DTypeCode.Int8 or DTypeCode.Int16 => Do(SpirvOp.SConvert, ValueKind.Int32, raw),
            DTypeCode.Bool => Do(
                SpirvOp.INotEqual, ValueKind.Bool, Do(SpirvOp.UConvert, ValueKind.Int32, raw), Int(0)),
            DTypeCode.Float16 => FromHalf(Do(SpirvOp.UConvert, ValueKind.Int32, raw)),
            DTypeCode.BFloat16 => FromBFloat16(Do(SpirvOp.UConvert, ValueKind.Int32, raw)),
            _ => raw,
        };
        return new((int)id, dtype.Register);
    }

    /// <inheritdoc/>
    public override void Store(int buffer, DType dtype, Value index, Value value)
    {
        var type = StorageType(dtype);
        var id = (uint)value.Id;
        var raw = dtype.Code switch
        {
            DTypeCode.UInt8 or DTypeCode.Int8 or DTypeCode.Int16 => Emit(SpirvOp.UConvert, type, id),
            DTypeCode.Bool => Emit(
                SpirvOp.UConvert, type, Do(SpirvOp.Select, ValueKind.Int32, id, Int(1), Int(0))),
            DTypeCode.Float16 => Emit(SpirvOp.UConvert, type, ToHalf(id)),
            DTypeCode.BFloat16 => Emit(SpirvOp.UConvert, type, ToBFloat16(id)),
            _ => id,
        };
        code.Add(SpirvOp.Store, Place(buffer, dtype, index, type), raw, Aligned, (uint)dtype.Size);
    }

    /// <inheritdoc/>
    public override Variable Declare(Value initial)
    {
        var variable = new Variable((int)module.LocalVariable(module.TypeOf(initial.Kind)), initial.Kind);
        Set(variable, initial);
        return variable;
    }

    /// <inheritdoc/>
    public override Value Get(Variable variable) =>
        new((int)Do(SpirvOp.Load, variable.Kind, (uint)variable.Id), variable.Kind);

    /// <inheritdoc/>
    public override void Set(Variable variable, Value value) =>
        code.Add(SpirvOp.Store, (uint)variable.Id, (uint)value.Id);

    /// <inheritdoc/>
    public override SharedArray DeclareShared(ValueKind kind, int count)
    {
        if (kind == ValueKind.Bool)
            throw new ArgumentException("shared memory holds numbers", nameof(kind));
        var array = module.Declare(SpirvOp.TypeArray, module.TypeOf(kind), Int(count));
        return new((int)module.GlobalVariable(array, SpirvStorage.Workgroup), kind, count);
    }

    /// <inheritdoc/>
    public override Value LoadShared(SharedArray array, Value index) =>
        new((int)Do(SpirvOp.Load, array.Kind, Element(array, index)), array.Kind);

    /// <inheritdoc/>
    public override void StoreShared(SharedArray array, Value index, Value value) =>
        code.Add(SpirvOp.Store, Element(array, index), (uint)value.Id);

    private const uint Aligned = 2;

    private uint Element(SharedArray array, Value index) => Emit(
        SpirvOp.AccessChain, module.PointerTo(module.TypeOf(array.Kind), SpirvStorage.Workgroup),
        (uint)array.Id, (uint)index.Id);

    private uint StorageType(DType dtype) => dtype.Size switch
    {
        1 => module.Int8,
        2 => module.Int16,
        _ => module.TypeOf(dtype.Register),
    };

    // Where an element lies.
    private uint Place(int buffer, DType dtype, Value index, uint type)
    {
        var address = buffer < buffers
            ? (uint)Parameter(ParameterLayout.Buffers + (2 * buffer), ValueKind.Int64).Id
            : listed[buffer - buffers];
        return Place(address, (uint)index.Id, int.Log2(dtype.Size), type);
    }

    private uint Place(uint address, uint index, int shift, uint type)
    {
        var offset = Do(SpirvOp.SConvert, ValueKind.Int64, index);
        if (shift > 0)
            offset = Do(SpirvOp.ShiftLeftLogical, ValueKind.Int64, offset, Int(shift));
        var place = Do(SpirvOp.IAdd, ValueKind.Int64, address, offset);
        return Emit(SpirvOp.ConvertUToPtr, module.PointerTo(type, SpirvStorage.PhysicalStorageBuffer), place);
    }

    // Tables lie in memory, one behind the other.
    private uint LookUp(Array table, ValueKind kind, uint index)
    {
        var size = Width(kind) / 8;
        if (!tables.TryGetValue(table, out var address))
        {
            if (!looksUp)
                throw new InvalidOperationException($"{name} looks numbers up, though it was said not to");
            var allTables = (uint)Parameter(ParameterLayout.Own(buffers), ValueKind.Int64).Id;
            address = module.NewId();
            module.Prologue.AddResult(
                SpirvOp.IAdd, module.Int64, address, allTables, Number(ValueKind.Int64, tableBytes.Length));
            var bytes = table switch
            {
                int[] numbers => MemoryMarshal.AsBytes(numbers.AsSpan()),
                long[] numbers => MemoryMarshal.AsBytes(numbers.AsSpan()),
                float[] numbers => MemoryMarshal.AsBytes(numbers.AsSpan()),
                _ => MemoryMarshal.AsBytes(((double[])table).AsSpan()),
            };
            const int Alignment = 8;
            var grown = new byte[tableBytes.Length + (bytes.Length + Alignment - 1) / Alignment * Alignment];
            tableBytes.CopyTo(grown, 0);
            bytes.CopyTo(grown.AsSpan(tableBytes.Length));
            tableBytes = grown;
            tables.Add(table, address);
        }

        var place = Place(address, index, int.Log2(size), module.TypeOf(kind));
        return Do(SpirvOp.Load, kind, place, Aligned, (uint)size);
    }
}
