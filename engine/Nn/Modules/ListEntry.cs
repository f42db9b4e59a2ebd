namespace KernelEngine.Nn;

/// <summary>Something in a list until disposed.</summary>
internal sealed class ListEntry<T> : IDisposable
{
    private readonly List<T> list;
    private readonly T item;
    private bool isGone;

    public ListEntry(List<T> list, T item)
    {
        (this.list, this.item) = (list, item);
        list.Add(item);
    }

    public void Dispose()
    {
        // Another entry may be equal.
        if (!isGone)
            list.Remove(item);
        isGone = true;
    }
}
