namespace KernelEngine.Nn;

/// <summary>What becomes of examples on their way into a batch: tensors and tuples of up to four are known.</summary>
internal static class Collation
{
    /// <summary>Examples stacked along a new first dimension. As <c>default_collate</c>.</summary>
    public static T Stack<T>(T[] items) => items switch
    {
        Tensor[] one => Cast<T>(Tensor.Stack(one)),
        (Tensor, Tensor)[] two => Cast<T>((Stacked(two, i => i.Item1), Stacked(two, i => i.Item2))),
        (Tensor, Tensor, Tensor)[] three => Cast<T>(
            (Stacked(three, i => i.Item1), Stacked(three, i => i.Item2), Stacked(three, i => i.Item3))),
        (Tensor, Tensor, Tensor, Tensor)[] four => Cast<T>(
            (Stacked(four, i => i.Item1), Stacked(four, i => i.Item2), Stacked(four, i => i.Item3),
            Stacked(four, i => i.Item4))),
        _ => throw Unknown<T>("give the loader a function that collates them, or override Batch"),
    };

    /// <summary>A batch on a device.</summary>
    public static T Move<T>(T batch, ComputeDevice device) => batch switch
    {
        Tensor one => Cast<T>(one.To(device)),
        ValueTuple<Tensor, Tensor> two => Cast<T>((two.Item1.To(device), two.Item2.To(device))),
        ValueTuple<Tensor, Tensor, Tensor> three => Cast<T>(
            (three.Item1.To(device), three.Item2.To(device), three.Item3.To(device))),
        ValueTuple<Tensor, Tensor, Tensor, Tensor> four => Cast<T>(
            (four.Item1.To(device), four.Item2.To(device), four.Item3.To(device), four.Item4.To(device))),
        _ => throw Unknown<T>("move its tensors in the function that collates them"),
    };

    private static Tensor Stacked<TItem>(TItem[] items, Converter<TItem, Tensor> part) =>
        Tensor.Stack(Array.ConvertAll(items, part));

    private static T Cast<T>(object value) => (T)value;

    private static TensorTypeException Unknown<T>(string advice) => new(
        $"default_collate: batch must contain tensors or tuples of them; found {typeof(T)}", advice);
}
