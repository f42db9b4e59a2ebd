namespace KernelEngine.Nn;

/// <summary>Something in a list until disposed.</summary>
internal sealed class ListEntry<T> : IDisposable
{
    private readonly List<T> list;
    private readonly T item;

    public ListEntry(List<T> list, T item)
    {
        (this.list, this.item) = (list, item);
        list.Add(item);
    }

    public void Dispose() => list.Remove(item);
}
