using System.Collections.Immutable;

namespace KernelEngine.Gpu;

/// <summary>A kernel of a pointwise program, in one of its forms.</summary>
/// <remarks>
/// Its words, behind those of the buffers. Rows and tiles: columns, columns of a group; with more than one dimension rows, rows
/// of a group, the sizes of the outer dimensions but the first; for each operand its strides, the last one only where
/// it is no <see cref="Pace"/> of its own. Flat: elements, elements of a group, the sizes but the first, for each
/// operand all strides. Then the program's parameters. List: the parameters, then for each set the number of elements
/// and the addresses.
/// </remarks>
internal sealed class PointwiseKernel : KernelSource
{
    private readonly PointwiseProgram program;

    /// <summary>Declares it; it is written when it is built.</summary>
    public PointwiseKernel(PointwiseProgram program, PointwiseForm form)
        : base(program.Name, AccessesOf(program, form), (form.Threads, 1, 1)) =>
        (this.program, Form) = (program, form);

    /// <summary>What tells it from the program's other kernels.</summary>
    public PointwiseForm Form { get; }

    /// <summary>Those of a program.</summary>
    public static GeneratedKernels<PointwiseForm, PointwiseKernel> Of(PointwiseProgram program) =>
        GeneratedKernels<PointwiseForm, PointwiseKernel>.Of(
            ref program.DeviceCode, program, static of => new(form => new(of, form)));

    /// <summary>List: how many elements a group has at least, before more groups are given some.</summary>
    public static int LeastPart(int threads) => Math.Max(256, 4 * threads);

    /// <summary>How many words each set of a list has.</summary>
    public static int WordsOfSet(PointwiseProgram program) =>
        1 + (2 * (program.Inputs.Length + program.Outputs.Length));

    /// <inheritdoc/>
    public override bool NeedsFloat64 => program.UsesFloat64;

    /// <inheritdoc/>
    public override KernelCode Render(KernelLanguage language, GpuLimits limits)
    {
        var writer = KernelWriters.For(language, limits, Name, Accesses, Threads, program.LooksUp);
        Write(writer);
        return writer.Finish(new KernelKey(Name).Add(program).Add(
            (long)Form.Sweep, Form.Rank, Form.Threads, Form.IsBound ? 1 : 0, (long)Form.Paces).Value);
    }

    /// <summary>Writes it.</summary>
    internal void Write(KernelWriter writer)
    {
        switch (Form.Sweep)
        {
            case Sweep.Rows or Sweep.Tiles: WriteRows(writer); break;
            case Sweep.Flat: WriteFlat(writer); break;
            default: WriteList(writer); break;
        }
    }

    private static ImmutableArray<Access> AccessesOf(PointwiseProgram program, PointwiseForm form) =>
        form.Sweep != Sweep.List
            ? [.. program.Inputs.Select(_ => Access.Read), .. program.Outputs.Select(_ => Access.Write)]
            : form.IsBound ? [.. Enumerable.Repeat(Access.ReadWrite, ParameterLayout.BoundSlabs)] : [];

    private void WriteRows(KernelWriter writer)
    {
        int count = program.Inputs.Length + program.Outputs.Length, outer = Form.Rank - 1;
        var word = writer.FirstWord(count);
        var header = writer.Words(word, outer > 0 ? 4 : 2);
        word += header.Length;
        var sizes = writer.Words(word, Math.Max(0, outer - 1));
        word += sizes.Length;
        var strides = new Value[count][];
        for (var k = 0; k < count; k++)
        {
            strides[k] = writer.Words(word, outer + (Form.PaceOf(k) == Pace.Stride ? 1 : 0));
            word += strides[k].Length;
        }

        var steps = new WrittenProgram(writer, program, writer.Numbers(program.Parameters.AsSpan(), ref word));
        var (from, to) = Share(writer, header[0], header[1], writer.GroupIndex(0));
        var lanes = Form.Threads;
        if (outer == 0)
        {
            WriteColumns([[]]);
            return;
        }

        var first = writer.Multiply(writer.GroupIndex(1), header[3]);
        var end = writer.Smaller(writer.Add(first, header[3]), header[2]);
        var (rows, lines) = (1, 1);
        if (Form.Sweep == Sweep.Tiles && Form.Threads == 1)
        {
            rows = PointwiseForm.TileSide;
        }
        else if (Form.Sweep == Sweep.Tiles)
        {
            // Threads in a square, so that they touch whole pieces of memory in either direction.
            lanes = PointwiseForm.TileSide;
            lines = Form.Threads / lanes;
            var (line, lane) = writer.Divided(writer.LocalIndex(0), writer.Int(lanes));
            from = writer.Add(writer.Subtract(from, writer.LocalIndex(0)), lane);
            first = writer.Add(first, line);
        }

        if (rows > 1)
        {
            var whole = writer.Add(first, writer.Multiply(
                writer.Divide(writer.Subtract(end, first), writer.Int(rows)), writer.Int(rows)));
            writer.For(first, whole, writer.Int(rows), row =>
            {
                var starts = new Value[rows][];
                for (var j = 0; j < rows; j++)
                    starts[j] = StartsOf(j == 0 ? row : writer.Add(row, writer.Int(j)));
                WriteColumns(starts);
            });
            first = whole;
        }

        writer.For(first, end, writer.Int(lines), row => WriteColumns([StartsOf(row)]));

        Value[] StartsOf(Value row)
        {
            var places = writer.Split(row, sizes);
            return Array.ConvertAll(strides, own => writer.Offset(places, own));
        }

        // The columns of some rows.
        void WriteColumns(Value[][] starts)
        {
            var inputs = new Value[starts.Length][];
            for (var j = 0; j < starts.Length; j++)
            {
                inputs[j] = new Value[program.Inputs.Length];
                for (var k = 0; k < program.Inputs.Length; k++)
                {
                    if (Form.PaceOf(k) == Pace.Repeat)
                        inputs[j][k] = writer.Load(k, program.Inputs[k], outer == 0 ? writer.Int(0) : starts[j][k]);
                }
            }

            writer.For(from, to, writer.Int(lanes), column =>
            {
                for (var j = 0; j < starts.Length; j++)
                {
                    for (var k = 0; k < program.Inputs.Length; k++)
                    {
                        if (Form.PaceOf(k) != Pace.Repeat)
                            inputs[j][k] = writer.Load(k, program.Inputs[k], IndexOf(k, starts[j], column));
                    }

                    var results = steps.Apply(inputs[j]);
                    for (var i = 0; i < results.Length; i++)
                    {
                        var k = program.Inputs.Length + i;
                        writer.Store(k, program.Outputs[i], IndexOf(k, starts[j], column), results[i]);
                    }
                }
            });

            Value IndexOf(int k, Value[] start, Value column)
            {
                var place = Form.PaceOf(k) == Pace.Unit ? column : writer.Multiply(column, strides[k][outer]);
                return outer == 0 ? place : writer.Add(start[k], place);
            }
        }
    }

    private void WriteFlat(KernelWriter writer)
    {
        int count = program.Inputs.Length + program.Outputs.Length, rank = Form.Rank;
        var word = writer.FirstWord(count);
        var header = writer.Words(word, 2);
        var sizes = writer.Words(word += 2, rank - 1);
        word += rank - 1;
        var strides = new Value[count][];
        for (var k = 0; k < count; k++, word += rank)
            strides[k] = writer.Words(word, rank);
        var steps = new WrittenProgram(writer, program, writer.Numbers(program.Parameters.AsSpan(), ref word));
        var (from, to) = Share(writer, header[0], header[1], writer.GroupIndex(0));
        writer.For(from, to, writer.Int(Form.Threads), index =>
        {
            var places = writer.Split(index, sizes);
            var inputs = new Value[program.Inputs.Length];
            for (var k = 0; k < inputs.Length; k++)
                inputs[k] = writer.Load(k, program.Inputs[k], writer.Offset(places, strides[k]));
            var results = steps.Apply(inputs);
            for (var i = 0; i < results.Length; i++)
            {
                var k = inputs.Length + i;
                writer.Store(k, program.Outputs[i], writer.Offset(places, strides[k]), results[i]);
            }
        });
    }

    private void WriteList(KernelWriter writer)
    {
        var word = writer.FirstWord(Accesses.Length);
        var steps = new WrittenProgram(writer, program, writer.Numbers(program.Parameters.AsSpan(), ref word));
        var set = writer.Add(
            writer.Int(word), writer.Multiply(writer.GroupIndex(1), writer.Int(WordsOfSet(program))));
        var elements = writer.ParameterAt(set);
        var buffers = new int[program.Inputs.Length + program.Outputs.Length];
        for (var k = 0; k < buffers.Length; k++)
            buffers[k] = writer.BufferAt(writer.Add(set, writer.Int(1 + (2 * k))));

        // An equal part for each group, but for small sets, which few groups do.
        var groups = writer.Parameter(ParameterLayout.GroupsX);
        var part = writer.Divide(writer.Add(elements, writer.Subtract(groups, writer.Int(1))), groups);
        part = writer.Apply(Primitive.Max, ValueKind.Int32, [part, writer.Int(LeastPart(Form.Threads))]);

        // Far groups of a small set would begin behind the largest index.
        var group = writer.Smaller(
            writer.GroupIndex(0), writer.Add(writer.Divide(elements, part), writer.Int(1)));
        var (from, to) = Share(writer, elements, part, group);
        writer.For(from, to, writer.Int(Form.Threads), index =>
        {
            var inputs = new Value[program.Inputs.Length];
            for (var k = 0; k < inputs.Length; k++)
                inputs[k] = writer.Load(buffers[k], program.Inputs[k], index);
            var results = steps.Apply(inputs);
            for (var i = 0; i < results.Length; i++)
                writer.Store(buffers[inputs.Length + i], program.Outputs[i], index, results[i]);
        });
    }

    // The elements of a thread: from, from + threads, … below to.
    private (Value From, Value To) Share(KernelWriter writer, Value all, Value part, Value group)
    {
        var first = writer.Multiply(group, part);
        var to = writer.Smaller(writer.Add(first, part), all);
        return (Form.Threads == 1 ? first : writer.Add(first, writer.LocalIndex(0)), to);
    }
}
