namespace KernelEngine.Gpu;

/// <content>What only texts have.</content>
internal sealed partial class PtxWriter
{
    private readonly Stack<(string Next, string End)> loops = new();

    /// <inheritdoc/>
    public override void Loop(Func<Value>? condition, Action body, Action next)
    {
        var (head, following, end) = (NewLabel(), NewLabel(), NewLabel());
        text.Label(head);
        if (condition is not null)
            text.AddIf("!" + Of(condition()), "bra", end);
        loops.Push((following, end));
        body();
        loops.Pop();
        text.Label(following);
        next();
        text.Add("bra", head);
        text.Label(end);
    }

    /// <inheritdoc/>
    public override void Break() => text.Add("bra", loops.Peek().End);

    /// <inheritdoc/>
    public override void Continue() => text.Add("bra", loops.Peek().Next);

    /// <inheritdoc/>
    public override void Return() => text.Add("ret");

    /// <inheritdoc/>
    public override Value Atomic(AtomicChange change, int buffer, Value index, Value value, Value expected) =>
        Atomic(change, "global", Place(buffer, DType.Int32, index), value, expected);

    /// <inheritdoc/>
    public override Value Atomic(AtomicChange change, SharedArray array, Value index, Value value, Value expected) =>
        Atomic(change, "shared", Place(array, index), value, expected);

    private Value Atomic(AtomicChange change, string where, string place, Value value, Value expected)
    {
        var name = change switch
        {
            AtomicChange.Add => "add.u32",
            AtomicChange.Min => "min.s32",
            AtomicChange.Max => "max.s32",
            AtomicChange.MinUnsigned => "min.u32",
            AtomicChange.MaxUnsigned => "max.u32",
            AtomicChange.Or => "or.b32",
            AtomicChange.And => "and.b32",
            AtomicChange.Exchange => "exch.b32",
            _ => "cas.b32",
        };
        return Named(
            change == AtomicChange.CompareExchange
                ? Do($"atom.{where}.{name}", ValueKind.Int32, place, Of(expected), Of(value))
                : Do($"atom.{where}.{name}", ValueKind.Int32, place, Of(value)), ValueKind.Int32);
    }
}
