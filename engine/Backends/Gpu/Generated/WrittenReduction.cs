using static KernelEngine.Gpu.ReductionKernel;

namespace KernelEngine.Gpu;

/// <summary>A pass of a reduction that is being written.</summary>
internal sealed class WrittenReduction
{
    private readonly KernelWriter writer;
    private readonly ReductionProgram program;
    private readonly ReductionPass pass;
    private readonly int inputs;
    private readonly Value[] header;
    private readonly Value firstPlace;
    private readonly Value[] keptSizes;
    private readonly Value[] reducedSizes;
    private readonly Value[][] keptStrides = [];
    private readonly Value[][] reducedStrides = [];
    private readonly Value[][] outputStrides = [];
    private readonly WrittenProgram step;
    private readonly WrittenProgram combine;
    private readonly WrittenProgram? finish;
    private readonly Value[] identity;
    private readonly Variable[][] states;
    private readonly Variable[][] parts; // what elements go to: in long passes not at once to the states

    public WrittenReduction(KernelWriter writer, ReductionProgram program, ReductionPass pass)
    {
        (this.writer, this.program, this.pass) = (writer, program, pass);
        inputs = pass.IsFirst ? program.Inputs.Length : program.State.Length;
        var word = writer.FirstWord(
            inputs + (pass.IsLast ? program.Outputs.Length : program.State.Length));
        header = Words((int)Header.Count);
        if (pass.IsFirst && program.UsesPlace)
        {
            firstPlace = writer.Parameter(word, ValueKind.Int64);
            word += 2;
        }

        keptSizes = Words(pass.Kept - 1);
        reducedSizes = Words(pass.Reduced - 1);
        if (pass.IsFirst)
        {
            (keptStrides, reducedStrides) = (new Value[inputs][], new Value[inputs][]);
            for (var i = 0; i < inputs; i++)
                (keptStrides[i], reducedStrides[i]) = (Words(pass.Kept), Words(pass.Reduced));
        }

        if (pass.IsLast)
        {
            outputStrides = new Value[program.Outputs.Length][];
            for (var i = 0; i < outputStrides.Length; i++)
                outputStrides[i] = Words(pass.Kept);
        }

        var lifting = pass.IsFirst ? writer.Numbers(program.LiftParameters.AsSpan(), ref word) : [];
        combine = new(writer, program.Combine, []);
        step = pass.IsFirst ? new(writer, program.Step, lifting) : combine;
        if (pass.IsLast)
            finish = new(writer, program.Finish, writer.Numbers(program.FinishParameters.AsSpan(), ref word));
        identity = new Value[program.State.Length];
        for (var i = 0; i < identity.Length; i++)
        {
            var kind = program.State[i].Register;
            identity[i] = writer.Constant(program.Identity[i].ToRegister(kind), kind);
        }

        states = new Variable[pass.Teamwork is Teamwork.Across or Teamwork.Along ? pass.Width : 1][];
        for (var j = 0; j < states.Length; j++)
            states[j] = Array.ConvertAll(identity, writer.Declare);
        parts = pass.IsLong
            ? Array.ConvertAll(states, _ => Array.ConvertAll(identity, writer.Declare))
            : states;

        Value[] Words(int count)
        {
            word += count;
            return writer.Words(word - count, count);
        }
    }

    /// <summary>Writes it.</summary>
    public void Write()
    {
        if (pass.Teamwork == Teamwork.Group)
            WriteGroups();
        else
            WriteTasks();
    }

    private void WriteTasks()
    {
        var share = Word(Header.TasksOfGroup);
        var first = writer.Multiply(writer.GroupIndex(0), share);
        var end = writer.Smaller(writer.Add(first, share), Word(Header.Tasks));
        if (pass.Threads > 1)
            first = writer.Add(first, writer.LocalIndex(0));
        writer.For(first, end, writer.Int(pass.Threads), task =>
        {
            foreach (var state in states)
                Clear(state);
            if (pass.Teamwork == Teamwork.Across)
            {
                ReduceAcross(task);
                return;
            }

            Value kept = task, chunk = default;
            if (!pass.IsLast)
                (chunk, kept) = writer.Divided(task, Word(Header.Kept));
            var places = PlacesOf(kept);
            var area = new Area(this, pass.IsLast ? null : chunk);
            if (pass.Teamwork == Teamwork.Along)
            {
                ReduceAlong(area, StartsOf(kept, places));
            }
            else
            {
                Visit(area, StartsOf(kept, places), area.FirstColumn, area.EndColumn, 1,
                    (elements, column, at) => Accumulate(parts[0], elements(column), at));
            }

            Finish(states[0], places, task);
        });
    }

    private void ReduceAlong(Area area, Value[] starts)
    {
        var width = pass.Width;
        var length = writer.Subtract(area.EndColumn, area.FirstColumn);
        var whole = writer.Multiply(writer.Divide(length, writer.Int(width)), writer.Int(width));
        var split = writer.Add(area.FirstColumn, whole);
        Rows(area, starts, (row, moved) =>
        {
            Columns(row, moved, area.FirstColumn, split, width, (elements, column, at) =>
            {
                for (var j = 0; j < width; j++)
                {
                    var next = j == 0 ? column : writer.Add(column, writer.Int(j));
                    Accumulate(parts[j], elements(next), at(j));
                }
            });
            For(split, area.EndColumn, 1, column =>
                Accumulate(states[0], ElementsAt(moved, column), PlaceOf(row, column)));
        });

        // Short chunks have only the first state.
        writer.If(writer.Less(writer.Int(0), whole), () =>
        {
            for (var half = width / 2; half > 0; half /= 2)
            {
                for (var j = 0; j < half; j++)
                    Combine(states[j], Get(states[j + half]));
            }
        });
    }

    private void ReduceAcross(Value task)
    {
        var width = pass.Width;
        var (rest, block) = writer.Divided(task, Word(Header.Blocks));
        Value outer = rest, chunk = default;
        if (!pass.IsLast)
            (chunk, outer) = writer.Divided(rest, Word(Header.KeptOuter));

        // The last block goes back to have its full width: it computes some once more.
        var inner = writer.Smaller(
            writer.Multiply(block, writer.Int(width)),
            writer.Subtract(Word(Header.KeptInner), writer.Int(width)));
        var places = new Value[pass.Kept];
        if (pass.Kept > 1)
            writer.Split(outer, keptSizes.AsSpan(0, pass.Kept - 2)).CopyTo(places, 0);
        places[^1] = inner;
        var kept = writer.Add(writer.Multiply(outer, Word(Header.KeptInner)), inner);
        var area = new Area(this, pass.IsLast ? null : chunk);
        var starts = StartsOf(kept, places);
        Rows(area, starts, (row, moved) => Stretches(area.FirstColumn, area.EndColumn, 1, column =>
        {
            var at = PlaceOf(row, column);
            var indices = new Value[inputs];
            for (var i = 0; i < inputs; i++)
                indices[i] = IndexOf(i, moved, column);
            var elements = new Value[inputs];
            for (var j = 0; j < width; j++)
            {
                for (var i = 0; i < inputs; i++)
                {
                    var pace = pass.IsFirst ? pass.PaceOf(i) : Pace.Unit;
                    if (j > 0 && pace == Pace.Repeat)
                        continue;
                    var index = j == 0 ? indices[i] : writer.Add(indices[i],
                        pace == Pace.Unit ? writer.Int(j) : writer.Multiply(keptStrides[i][^1], writer.Int(j)));
                    elements[i] = writer.Load(i, DTypeOf(i), index);
                }

                Accumulate(parts[j], elements, at);
            }
        }));

        for (var j = 0; j < width; j++)
        {
            places[^1] = j == 0 ? inner : writer.Add(inner, writer.Int(j));
            var to = j == 0 ? kept : writer.Add(kept, writer.Int(j));
            if (!pass.IsLast)
                to = writer.Add(writer.Multiply(chunk, Word(Header.Kept)), to);
            Finish(states[j], places, to);
        }
    }

    private void WriteGroups()
    {
        int lanes = pass.Width, rows = pass.Threads / lanes;
        var local = writer.LocalIndex(0);
        var lane = rows == 1 ? local : writer.Apply(
            Primitive.And, ValueKind.Int32, [local, writer.Int(lanes - 1)]);
        var line = rows == 1 ? writer.Int(0) : writer.Divide(local, writer.Int(lanes));
        var shared = new SharedArray[program.State.Length];
        for (var i = 0; i < shared.Length; i++)
            shared[i] = writer.DeclareShared(SharedKind(i), pass.Threads);
        var chunk = writer.GroupIndex(1);
        var all = Word(Header.Kept);
        var last = writer.Subtract(all, writer.Int(1));
        var from = writer.Multiply(writer.GroupIndex(0), writer.Int(rows));
        var stride = writer.Multiply(writer.Parameter(ParameterLayout.GroupsX), writer.Int(rows));
        writer.For(from, all, stride, first =>
        {
            // Lines behind the last compute that one again: all threads meet at the barriers.
            var kept = rows == 1 ? first : writer.Smaller(writer.Add(first, line), last);
            var places = PlacesOf(kept);
            var area = new Area(this, pass.IsLast ? null : chunk);
            var state = states[0];
            Clear(state);
            Visit(area, StartsOf(kept, places), writer.Add(area.FirstColumn, lane), area.EndColumn, lanes,
                (elements, column, at) => Accumulate(parts[0], elements(column), at));

            var filled = writer.Subtract(area.EndColumn, area.FirstColumn);
            Share(state);
            writer.Barrier();
            for (var half = lanes / 2; half > 0; half /= 2)
            {
                // Only lanes that have seen an element take part.
                var other = writer.Add(lane, writer.Int(half));
                var takesPart = writer.Apply(Primitive.And, ValueKind.Bool,
                    [writer.Less(lane, writer.Int(half)), writer.Less(other, filled)]);
                writer.If(takesPart, () =>
                {
                    var far = writer.Add(local, writer.Int(half));
                    var theirs = new Value[shared.Length];
                    for (var i = 0; i < shared.Length; i++)
                        theirs[i] = FromShared(i, writer.LoadShared(shared[i], far));
                    Combine(state, theirs);
                    Share(state);
                });
                writer.Barrier();
            }

            var mine = writer.Less(lane, writer.Int(1));
            if (rows > 1)
            {
                mine = writer.Apply(
                    Primitive.And, ValueKind.Bool, [mine, writer.Less(writer.Add(first, line), all)]);
            }

            writer.If(mine, () => Finish(state, places,
                pass.IsLast ? kept : writer.Add(writer.Multiply(chunk, all), kept)));
        });

        void Share(Variable[] state)
        {
            for (var i = 0; i < shared.Length; i++)
            {
                var value = writer.Get(state[i]);
                if (value.Kind == ValueKind.Bool)
                    value = writer.Apply(Primitive.Select, ValueKind.Int32, [value, writer.Int(1), writer.Int(0)]);
                writer.StoreShared(shared[i], local, value);
            }
        }
    }

    // Goes through the elements of an area, one after the other.
    private void Visit(
        Area area, Value[] starts, Value from, Value to, int step,
        Action<Func<Value, Value[]>, Value, Value> body) =>
        Rows(area, starts, (row, moved) => Columns(
            row, moved, from, to, step, (elements, column, at) => body(elements, column, at(0))));

    private void Rows(Area area, Value[] starts, Action<Value?, Value[]> body)
    {
        if (area.FirstRow is not { } firstRow)
        {
            body(null, starts);
            return;
        }

        For(firstRow, area.EndRow, 1, row =>
        {
            var places = writer.Split(row, reducedSizes.AsSpan(0, pass.Reduced - 2));
            var moved = new Value[inputs];
            for (var i = 0; i < inputs; i++)
                moved[i] = writer.Add(starts[i], writer.Offset(places, reducedStrides[i]));
            body(row, moved);
        });
    }

    private void Columns(
        Value? row, Value[] starts, Value from, Value to, int step,
        Action<Func<Value, Value[]>, Value, Func<int, Value>> body) => Stretches(
            from, to, step, column => body(at => ElementsAt(starts, at), column, ahead => PlaceOf(
                row, ahead == 0 ? column : writer.Add(column, writer.Int(ahead)))));

    // A loop; in long passes, what a stretch comes to is combined with the states.
    private void Stretches(Value from, Value to, int step, Action<Value> body)
    {
        if (!pass.IsLong)
        {
            For(from, to, step, body);
            return;
        }

        var stretch = step * ReductionPass.Stretch;
        For(from, to, stretch, first =>
        {
            foreach (var part in parts)
                Clear(part);
            For(first, writer.Smaller(writer.Add(first, writer.Int(stretch)), to), step, body);
            for (var j = 0; j < parts.Length; j++)
                Combine(states[j], Get(parts[j]));
        });
    }

    private Value[] ElementsAt(Value[] starts, Value column)
    {
        var values = new Value[inputs];
        for (var i = 0; i < inputs; i++)
            values[i] = writer.Load(i, DTypeOf(i), IndexOf(i, starts, column));
        return values;
    }

    private void For(Value from, Value to, int step, Action<Value> body) =>
        writer.For(from, to, writer.Int(step), body);

    // Where an element lies.
    private Value IndexOf(int input, Value[] starts, Value column)
    {
        if (!pass.IsFirst)
            return writer.Add(starts[input], writer.Multiply(column, Word(Header.Kept)));
        if (pass.IsFlat)
        {
            var places = writer.Split(column, reducedSizes);
            return writer.Add(starts[input], writer.Offset(places, reducedStrides[input]));
        }

        var pace = pass.Teamwork == Teamwork.Across ? Pace.Stride : pass.PaceOf(input);
        return pace switch
        {
            Pace.Unit => writer.Add(starts[input], column),
            Pace.Repeat => starts[input],
            _ => writer.Add(starts[input], writer.Multiply(column, reducedStrides[input][^1])),
        };
    }

    // The place of an element among the reduced ones.
    private Value PlaceOf(Value? row, Value column)
    {
        if (!pass.IsFirst || !program.UsesPlace)
            return default;
        var index = row is { } r
            ? writer.Add(writer.Multiply(r, Word(Header.Columns)), column)
            : column;
        return writer.Apply(Primitive.Add, ValueKind.Int64,
            [firstPlace, writer.Apply(Primitive.Convert, ValueKind.Int64, [index])]);
    }

    private Value[] PlacesOf(Value kept) =>
        pass.IsFirst || pass.IsLast ? writer.Split(kept, keptSizes) : [];

    private Value[] StartsOf(Value kept, Value[] places)
    {
        var starts = new Value[inputs];
        for (var i = 0; i < inputs; i++)
            starts[i] = pass.IsFirst ? writer.Offset(places, keptStrides[i]) : kept;
        return starts;
    }

    private void Accumulate(Variable[] state, Value[] elements, Value at)
    {
        Value[] arguments = pass.IsFirst && program.UsesPlace
            ? [.. Get(state), .. elements, at]
            : [.. Get(state), .. elements];
        Set(state, step.Apply(arguments));
    }

    private void Combine(Variable[] state, Value[] others) => Set(state, combine.Apply([.. Get(state), .. others]));

    // Writes the outputs, or a state.
    private void Finish(Variable[] state, Value[] places, Value to)
    {
        var results = finish is null ? Get(state) : finish.Apply(Get(state));
        for (var i = 0; i < results.Length; i++)
        {
            if (finish is null)
            {
                writer.Store(inputs + i, program.State[i], to, results[i]);
                continue;
            }

            writer.Store(
                inputs + i, program.Outputs[i], writer.Offset(places, outputStrides[i]), results[i]);
        }
    }

    private void Clear(Variable[] state) => Set(state, identity);

    private Value[] Get(Variable[] state) => Array.ConvertAll(state, writer.Get);

    private void Set(Variable[] state, Value[] values)
    {
        for (var i = 0; i < state.Length; i++)
            writer.Set(state[i], values[i]);
    }

    private ValueKind SharedKind(int state) =>
        program.State[state].Register == ValueKind.Bool ? ValueKind.Int32 : program.State[state].Register;

    private Value FromShared(int state, Value value) => program.State[state].Register == ValueKind.Bool
        ? writer.Apply(Primitive.Ne, ValueKind.Bool, [value, writer.Int(0)])
        : value;

    private DType DTypeOf(int input) => pass.IsFirst ? program.Inputs[input] : program.State[input];

    private Value Word(Header word) => header[(int)word];

    // What a chunk is: columns, and rows where there are some.
    private readonly struct Area
    {
        public Area(WrittenReduction owner, Value? chunk)
        {
            var writer = owner.writer;
            var hasRows = owner.pass.IsFirst && owner.pass.Reduced > 1 && !owner.pass.IsFlat;
            if (chunk is not { } number)
            {
                (FirstColumn, EndColumn) = (writer.Int(0), owner.Word(Header.Columns));
                if (hasRows)
                    (FirstRow, EndRow) = (writer.Int(0), owner.Word(Header.Rows));
                return;
            }

            Value row = default, column = number;
            if (hasRows)
                (row, column) = writer.Divided(number, owner.Word(Header.ColumnChunks));
            (FirstColumn, EndColumn) = Part(column, Header.ColumnsOfChunk, Header.Columns);
            if (hasRows)
                (FirstRow, EndRow) = Part(row, Header.RowsOfChunk, Header.Rows);

            (Value, Value) Part(Value index, Header size, Header all)
            {
                var length = owner.Word(size);
                var from = writer.Multiply(index, length);
                return (from, writer.Smaller(writer.Add(from, length), owner.Word(all)));
            }
        }

        public Value FirstColumn { get; }

        public Value EndColumn { get; }

        public Value? FirstRow { get; }

        public Value EndRow { get; }
    }
}
