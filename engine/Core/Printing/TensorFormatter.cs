using System.Text;

namespace KernelEngine;

/// <summary>
/// Prints a tensor exactly as PyTorch does: brackets by dimension, numbers equally wide, summarised beyond a number
/// of elements, with what is not the default behind.
/// </summary>
internal sealed class TensorFormatter
{
    private const string Prefix = "tensor(";

    private readonly PrintOptions options;
    private readonly long edge;
    private readonly bool isSummary;
    private readonly Scalar[] values;
    private readonly NumberFormat format;
    private int next;

    private TensorFormatter(Tensor tensor, PrintOptions options)
    {
        this.options = options;
        edge = options.EdgeItems;
        isSummary = tensor.ElementCount > options.Threshold;
        values = Shown(tensor).ToScalars();
        format = new(values, tensor.DType.IsFloatingPoint, options);
    }

    /// <summary>The text of a tensor.</summary>
    public static string Format(Tensor tensor)
    {
        var options = PrintOptions.Current;
        var suffixes = new List<string>();
        var dtype = tensor.DType;
        string text;
        using (Autograd.NoGrad())
        {
            if (!ReferenceEquals(tensor.Device, ComputeDevice.Default))
                suffixes.Add($"device='{tensor.Device}'");
            var isMeta = tensor.Device.Type == DeviceType.Meta;
            if (isMeta || tensor.ElementCount == 0)
            {
                // There are no numbers that would tell shape and dtype.
                if (isMeta || tensor.Rank != 1)
                    suffixes.Add($"size={SizeText(tensor.Shape)}");
                if (dtype != DType.Default)
                    suffixes.Add($"dtype={dtype}");
                text = isMeta ? "..." : "[]";
            }
            else
            {
                if (dtype != DType.Default && dtype != DType.Int64 && dtype != DType.Bool)
                    suffixes.Add($"dtype={dtype}");
                var formatter = new TensorFormatter(tensor, options);
                var builder = new StringBuilder();
                formatter.Write(builder, tensor.Shape.AsSpan(), Prefix.Length);
                text = builder.ToString();
            }
        }

        if (tensor.GradientFunction is { } function)
            suffixes.Add($"grad_fn={function}");
        else if (tensor.RequiresGrad)
            suffixes.Add("requires_grad=True");
        return WithSuffixes(Prefix + text, suffixes, options.LineWidth);
    }

    private static string WithSuffixes(string text, List<string> suffixes, int lineWidth)
    {
        var builder = new StringBuilder(text);
        var length = text.Length - text.LastIndexOf('\n') + 1;
        foreach (var suffix in suffixes)
        {
            if (length + suffix.Length + 2 > lineWidth)
            {
                builder.Append(",\n").Append(' ', Prefix.Length).Append(suffix);
                length = Prefix.Length + suffix.Length;
            }
            else
            {
                builder.Append(", ").Append(suffix);
                length += suffix.Length + 2;
            }
        }

        return builder.Append(')').ToString();
    }

    private static string SizeText(Shape shape) =>
        shape.Rank == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape.ToArray())})";

    /// <summary>The elements that are printed, those at the edges where it is summarised.</summary>
    private Tensor Shown(Tensor tensor)
    {
        tensor = tensor.Detach();
        for (var d = 0; isSummary && d < tensor.Rank; d++)
        {
            var size = tensor.Shape[d];
            if (size > 2 * edge)
                tensor = Tensor.Cat([tensor.Slice(d, 0, edge), tensor.Slice(d, size - edge, size)], d);
        }

        return tensor;
    }

    private void Write(StringBuilder builder, ReadOnlySpan<long> sizes, int indent)
    {
        if (sizes.Length == 0)
        {
            builder.Append(format.Format(values[next++]));
            return;
        }

        var isCut = isSummary && sizes[0] > 2 * edge;
        if (sizes.Length == 1)
        {
            WriteVector(builder, sizes[0], isCut, indent);
            return;
        }

        builder.Append('[');
        var count = isCut ? (2 * edge) + 1 : sizes[0];
        for (var i = 0L; i < count; i++)
        {
            if (i > 0)
                builder.Append(',').Append('\n', sizes.Length - 1).Append(' ', indent + 1);
            if (isCut && i == edge)
                builder.Append("...");
            else
                Write(builder, sizes[1..], indent + 1);
        }

        builder.Append(']');
    }

    private void WriteVector(StringBuilder builder, long size, bool isCut, int indent)
    {
        var perLine = Math.Max(1, (options.LineWidth - indent) / (format.Width + 2));
        builder.Append('[');
        var count = isSummary && edge == 0 ? 1 : isCut ? (2 * edge) + 1 : size;
        for (var i = 0L; i < count; i++)
        {
            if (i > 0 && i % perLine == 0)
                builder.Append(",\n").Append(' ', indent + 1);
            else if (i > 0)
                builder.Append(", ");
            if (isSummary && edge == 0)
                builder.Append("...");
            else
                builder.Append(isCut && i == edge ? " ..." : format.Format(values[next++]));
        }

        builder.Append(']');
    }
}
