using System.Buffers;
using System.Collections.Concurrent;

namespace KernelEngine;

/// <summary>
/// A pointwise expression that overwrites what it reads, over a whole list of tensors in one launch: how an optimizer
/// updates all parameters of a network.
/// <code>
/// static readonly PointwiseUpdate Sgd = PointwiseUpdate.Define("sgd", tensors: 2, numbers: 1,
///     (t, n) => [t[0] - n[0] * t[1]]);
/// Sgd.Apply([weight, weight.Grad!, bias, bias.Grad!], 0.1);
/// </code>
/// Nothing is recorded, whatever requires a gradient; versions are counted.
/// </summary>
public sealed class PointwiseUpdate
{
    private readonly ConcurrentDictionary<long, PointwiseProgram> programs = new();
    private readonly Func<Expr[], Expr[], Expr[]> body;
    private Tuple<long, PointwiseProgram>? last;

    private PointwiseUpdate(string name, int tensors, int numbers, Func<Expr[], Expr[], Expr[]> body) =>
        (Name, Tensors, Numbers, this.body) = (name, tensors, numbers, body);

    /// <summary>What it is called in profiles.</summary>
    public string Name { get; }

    /// <summary>How many tensors are in a set.</summary>
    public int Tensors { get; }

    /// <summary>How many numbers it is given.</summary>
    public int Numbers { get; }

    /// <summary>Defines an update.</summary>
    /// <param name="name">What it is called in profiles.</param>
    /// <param name="tensors">How many tensors are in a set.</param>
    /// <param name="numbers">How many numbers it is given, which may change from call to call.</param>
    /// <param name="body">
    /// From the tensors and the numbers, in the kind of the first tensor, the new values: the first for the first
    /// tensor of the set, and so on.
    /// </param>
    public static PointwiseUpdate Define(
        string name, int tensors, int numbers, Func<Expr[], Expr[], Expr[]> body)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tensors, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tensors, 12);
        ArgumentOutOfRangeException.ThrowIfNegative(numbers);
        ArgumentNullException.ThrowIfNull(body);
        return new(name, tensors, numbers, body);
    }

    /// <summary>Updates every set; sets of equal dtypes and devices that follow each other in one launch.</summary>
    /// <param name="tensors">
    /// The tensors of the first set, those of the second, …; the tensors of a set have one shape.
    /// </param>
    /// <param name="numbers">The numbers.</param>
    /// <exception cref="TensorException">
    /// The tensors of a set differ in shape or device, or one to be written overlaps itself or another of the set.
    /// </exception>
    public void Apply(ReadOnlySpan<Tensor> tensors, params ReadOnlySpan<double> numbers)
    {
        if (tensors.Length % Tensors != 0)
            throw new ArgumentException($"{Name}: {tensors.Length} tensors are no whole sets of {Tensors}");
        if (numbers.Length != Numbers)
            throw new ArgumentException($"{Name}: takes {Numbers} numbers, not {numbers.Length}");
        for (var start = 0; start < tensors.Length;)
        {
            var key = Key(tensors.Slice(start, Tensors));
            var device = tensors[start].Device;
            var end = start + Tensors;
            while (end < tensors.Length && ReferenceEquals(tensors[end].Device, device) &&
                Key(tensors.Slice(end, Tensors)) == key)
            {
                end += Tensors;
            }

            Launch(Find(key, tensors[start..]), device, tensors[start..end], numbers);
            start = end;
        }
    }

    private void Launch(
        PointwiseProgram program, ComputeDevice device, ReadOnlySpan<Tensor> tensors, ReadOnlySpan<double> numbers)
    {
        var results = program.Outputs.Length;
        var sets = tensors.Length / Tensors;
        var count = sets * (Tensors + results);
        var inline = default(InlineOperands);
        var rented = count <= InlineOperands.Length ? null : ArrayPool<Operand>.Shared.Rent(count);
        var operands = rented is null ? inline.AsSpan(count) : rented.AsSpan(0, count);
        var next = 0;
        try
        {
            for (var start = 0; start < tensors.Length; start += Tensors)
            {
                var set = tensors.Slice(start, Tensors);
                if (set[0].ElementCount == 0)
                    continue;
                Check(set, device, results);
                var first = next;
                foreach (var tensor in set)
                    operands[next++] = tensor.Operand();
                for (var i = 0; i < results; i++)
                    operands[next++] = operands[first + i].Buffer.Readers == 0 ? operands[first + i] : set[i].Target();
            }

            if (next == 0)
                return;
            Span<long> parameters = stackalloc long[numbers.Length];
            for (var i = 0; i < parameters.Length; i++)
                parameters[i] = ((Scalar)numbers[i]).ToRegister(program.Parameters[i]);
            device.Backend.Run(new PointwiseLaunch
            {
                Program = program,
                Operands = operands[..next],
                Parameters = parameters,
            });
            for (var i = 0; i < tensors.Length; i += Tensors)
            {
                for (var j = 0; j < results; j++)
                    tensors[i + j].Storage.Version++;
            }
        }
        catch
        {
            Restore(tensors, operands[..next], results);
            throw;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<Operand>.Shared.Return(rented, clearArray: true);
        }
    }

    // The launch went wrong: what has got other memory to be written takes its old one again, the last one first.
    private void Restore(ReadOnlySpan<Tensor> tensors, ReadOnlySpan<Operand> operands, int results)
    {
        var place = 0;
        for (var start = 0; start < tensors.Length; start += Tensors)
            place += tensors[start].ElementCount == 0 ? 0 : Tensors + results;
        for (var start = tensors.Length - Tensors; start >= 0; start -= Tensors)
        {
            if (tensors[start].ElementCount == 0)
                continue;
            place -= Tensors + results;
            for (var i = results - 1; i >= 0; i--)
            {
                if (place + Tensors + i < operands.Length)
                    tensors[start + i].Storage.Take(operands[place + i].Buffer);
            }
        }
    }

    private void Check(ReadOnlySpan<Tensor> set, ComputeDevice device, int results)
    {
        for (var i = 0; i < set.Length; i++)
        {
            if (!ReferenceEquals(set[i].Device, device))
                throw new DeviceMismatchException(device, set[i].Device);
            if (!ReferenceEquals(set[i].Layout, set[0].Layout) && set[i].Shape != set[0].Shape)
            {
                throw new TensorRuntimeException(
                    $"{Name}: tensor {i} of a set has shape {set[i].Shape.ToListText()}, " +
                    $"the first one {set[0].Shape.ToListText()}");
            }

            if (i < results && !set[i].IsContiguous && set[i].Layout.HasInternalOverlap)
            {
                throw new TensorRuntimeException(
                    "unsupported operation: more than one element of the written-to tensor refers to a single " +
                    "memory location. Please clone() the tensor before performing the operation.");
            }

            for (var j = 0; j < results; j++)
                InPlace.CheckSeparate(set[j], set[i]);
        }
    }

    private static long Key(ReadOnlySpan<Tensor> set)
    {
        var key = 1L;
        foreach (var tensor in set)
            key = (key << 4) | (long)tensor.DType.Code;
        return key;
    }

    private PointwiseProgram Find(long key, ReadOnlySpan<Tensor> set)
    {
        if (last is { } recent && recent.Item1 == key)
            return recent.Item2;
        if (!programs.TryGetValue(key, out var program))
            program = programs.GetOrAdd(key, Build(set));
        last = Tuple.Create(key, program);
        return program;
    }

    private PointwiseProgram Build(ReadOnlySpan<Tensor> set)
    {
        var kind = set[0].DType.Register;
        var inputs = new DType[Tensors];
        var arguments = new Expr[Tensors];
        for (var i = 0; i < Tensors; i++)
        {
            inputs[i] = set[i].DType;
            arguments[i] = Pointwise.Convert(Expr.Input(i, set[i].DType.Register), kind);
        }

        var numbers = new Expr[Numbers];
        for (var i = 0; i < Numbers; i++)
            numbers[i] = Expr.Parameter(i, kind);
        var results = body(arguments, numbers);
        if (results.Length == 0 || results.Length > Tensors)
            throw new ArgumentException($"{Name}: {results.Length} results for sets of {Tensors} tensors");
        return PointwiseProgram.Of(
            Name, [.. inputs], [.. Enumerable.Repeat(kind, Numbers)],
            [.. inputs[..results.Length]], results);
    }
}
