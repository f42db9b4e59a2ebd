using System.Runtime.InteropServices;

namespace KernelEngine;

/// <content>Tensors from numbers that are at hand: literals and arrays.</content>
public partial class Tensor
{
    /// <summary>
    /// A tensor of numbers written out: <c>Tensor.Of([[1.0, 2], [3, 4]])</c>. As <c>torch.tensor</c>.
    /// </summary>
    /// <param name="values">A number, or lists of numbers; lists at the same depth are equally long.</param>
    /// <param name="dtype">
    /// The dtype; where null, the default float if there is a real number, int64 if there is a whole one, else bool.
    /// </param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="requiresGrad">Whether gradients are wanted.</param>
    /// <exception cref="TensorException">The lists at some depth are not equally long.</exception>
    public static Tensor Of(
        TensorLiteral values, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false)
    {
        var shape = values.Shape;
        var flat = values.Flatten(shape);
        if (dtype is null)
        {
            var category = flat.Length == 0 ? 2 : 0;
            foreach (var number in flat)
                category = Math.Max(category, number.Category);
            dtype = category switch { 0 => DType.Bool, 1 => DType.Int64, _ => DType.Default };
        }

        var bytes = new byte[flat.Length * dtype.Size];
        for (var i = 0; i < flat.Length; i++)
            flat[i].Write(dtype, bytes.AsSpan(i * dtype.Size));
        return FromBytes(bytes, shape, dtype, device, requiresGrad);
    }

    /// <summary>A tensor with a copy of an array of any rank, or of arrays in arrays.</summary>
    /// <param name="array">The elements, of a .NET type that a dtype has.</param>
    /// <param name="dtype">The dtype to convert to; the array's own where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="requiresGrad">Whether gradients are wanted.</param>
    /// <exception cref="TensorException">Rows differ in length, or no dtype has the elements' type.</exception>
    public static Tensor Of(
        Array array, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false)
    {
        ArgumentNullException.ThrowIfNull(array);
        var sizes = new List<long>();
        var at = array;
        while (true)
        {
            for (var i = 0; i < at.Rank; i++)
                sizes.Add(at.GetLength(i));
            if (at.GetType().GetElementType() is not { IsArray: true })
                break;
            if (at.Length == 0 || at.GetValue(0) is not Array inner)
                throw new TensorTypeException("an array of arrays must have at least one array", null);
            at = inner;
        }

        var type = at.GetType().GetElementType()!;
        var own = DType.All.FirstOrDefault(d => d.ClrType == type) ?? throw new TensorTypeException(
            $"no dtype has elements of type {type}",
            "these have: " + string.Join(", ", DType.All.Select(d => d.ClrType.Name)));
        var shape = Shape.Create(sizes.ToArray());
        var bytes = new byte[shape.ElementCount * own.Size];
        var next = 0;
        CopyRows(array, shape, 0, own.Size, bytes, ref next);
        var result = FromBytes(bytes, shape, own, device, false).To(dtype ?? own);
        return result.AsLeaf(requiresGrad);
    }

    /// <summary>A 0-dimensional tensor: a number where a tensor is wanted, as in <c>x[0] = true</c>.</summary>
    public static implicit operator Tensor(bool value) => OfNumber(value);
    /// <summary>A 0-dimensional tensor: a number where a tensor is wanted, as in <c>x[0] = 1</c>.</summary>
    public static implicit operator Tensor(int value) => OfNumber(value);
    /// <summary>A 0-dimensional tensor: a number where a tensor is wanted, as in <c>x[0] = 1</c>.</summary>
    public static implicit operator Tensor(long value) => OfNumber(value);
    /// <summary>A 0-dimensional tensor: a number where a tensor is wanted, as in <c>x[0] = 0.5f</c>.</summary>
    public static implicit operator Tensor(float value) => OfNumber(value);
    /// <summary>A 0-dimensional tensor: a number where a tensor is wanted, as in <c>x[0] = 0.5</c>.</summary>
    public static implicit operator Tensor(double value) => OfNumber(value);

    /// <summary>The number that the tensor was made from and still holds: kept in full precision.</summary>
    internal Scalar? Number => State is { Number: { } number } && Storage.Version == 0 ? number : null;

    /// <summary>A tensor with a copy of some bytes.</summary>
    internal static Tensor FromBytes(
        ReadOnlySpan<byte> bytes, Shape shape, DType dtype, ComputeDevice? device, bool requiresGrad)
    {
        var result = Empty(shape, dtype, device);
        if (bytes.Length > 0)
            result.Device.Backend.Upload(bytes, result.Storage.Resolve(), 0);
        return result.AsLeaf(requiresGrad);
    }

    private static Tensor OfNumber(Scalar value)
    {
        Span<byte> bytes = stackalloc byte[8];
        value.Write(value.DType, bytes);
        var result = FromBytes(bytes[..value.DType.Size], default, value.DType, ComputeDevice.Parse("cpu"), false);
        result.EnsureState().Number = value;
        return result;
    }

    private static void CopyRows(Array array, Shape shape, int depth, int size, Span<byte> bytes, ref int next)
    {
        for (var i = 0; i < array.Rank; i++)
        {
            if (array.GetLength(i) != shape[depth + i])
            {
                throw new TensorValueException(
                    $"expected sequence of length {shape[depth + i]} at dim {depth + i} (got {array.GetLength(i)})");
            }
        }

        if (depth + array.Rank < shape.Rank)
        {
            foreach (var row in array)
                CopyRows((Array)row!, shape, depth + array.Rank, size, bytes, ref next);
            return;
        }

        var count = array.Length * size;
        MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(array), count).CopyTo(bytes[next..]);
        next += count;
    }
}
