namespace KernelEngine.Viewing;

/// <summary>
/// The losses and accuracies of the steps since the last frame, or of every second, fourth, … where there are many. On
/// the processor they are numbers at once; on the network's device they are copied to memory of the viewer's there, and
/// read with the next frame, so that no step waits. Those on yet another device are not known.
/// </summary>
internal sealed class LossLog(ComputeDevice device)
{
    /// <summary>The most steps that are noted.</summary>
    public const int Most = 512;

    private readonly List<Entry> entries = [];
    private readonly Stack<int> free = new();
    private Tensor? memory; // [2, Most] on the device: losses, accuracies
    private long stride = 1;

    /// <summary>The network's device.</summary>
    public ComputeDevice Device => device;

    /// <summary>How many steps are noted.</summary>
    public int Count => entries.Count;

    /// <summary>Notes a step.</summary>
    public void Add(long step, Tensor loss, Tensor? accuracy)
    {
        if (entries.Count == Most)
            Thin();
        if (step % stride != 0)
            return;
        if (!free.TryPop(out var slot))
            slot = entries.Count;
        entries.Add(new(step, slot, Noted(loss, 0, slot), Noted(accuracy, 1, slot)));
    }

    /// <summary>Asks for what is on the device, and begins anew.</summary>
    /// <returns>Gives the points once the reading is done.</returns>
    public Func<LossPoint[]> Take(Reading reading)
    {
        var taken = entries.ToArray();
        var numbers = memory is null || taken.All(e => e.Loss is not null && e.Accuracy is not null)
            ? null
            : reading.Ask(memory);
        entries.Clear();
        free.Clear();
        stride = 1;
        return () => Array.ConvertAll(taken, e => new LossPoint(
            e.Step, e.Loss ?? numbers!.Values[e.Slot], e.Accuracy ?? numbers!.Values[Most + e.Slot]));
    }

    // Null where it is in memory of the device.
    private float? Noted(Tensor? value, int row, int slot)
    {
        if (value?.Device.Type == DeviceType.Cpu)
            return (float)value.Item().ToDouble();
        if (value is null || !ReferenceEquals(value.Device, device))
            return float.NaN;
        memory ??= TensorScope.Exempt(Tensor.Zeros([2, Most], device: device));
        memory.Select(0, row).Narrow(0, slot, 1).Copy_(value.Detach().Reshape(1));
        return null;
    }

    private void Thin()
    {
        stride *= 2;
        var kept = 0;
        foreach (var entry in entries.ToArray())
        {
            if (entry.Step % stride == 0)
                entries[kept++] = entry;
            else
                free.Push(entry.Slot);
        }

        entries.RemoveRange(kept, entries.Count - kept);
    }

    private readonly record struct Entry(long Step, int Slot, float? Loss, float? Accuracy);
}
