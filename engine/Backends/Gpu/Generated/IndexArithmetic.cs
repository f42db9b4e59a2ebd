namespace KernelEngine.Gpu;

/// <summary>int32 arithmetic on the indices of a kernel that is being written.</summary>
internal static class IndexArithmetic
{
    extension(KernelWriter writer)
    {
        /// <summary>A number.</summary>
        public Value Int(int number) => writer.Constant((uint)number, ValueKind.Int32);

        /// <summary>The sum.</summary>
        public Value Add(Value a, Value b) => writer.Apply(Primitive.Add, ValueKind.Int32, [a, b]);

        /// <summary>The difference.</summary>
        public Value Subtract(Value a, Value b) => writer.Apply(Primitive.Sub, ValueKind.Int32, [a, b]);

        /// <summary>The product.</summary>
        public Value Multiply(Value a, Value b) => writer.Apply(Primitive.Mul, ValueKind.Int32, [a, b]);

        /// <summary>The quotient of numbers that are not negative.</summary>
        public Value Divide(Value a, Value b) => writer.Apply(Primitive.Div, ValueKind.Int32, [a, b]);

        /// <summary>The smaller one.</summary>
        public Value Smaller(Value a, Value b) => writer.Apply(Primitive.Min, ValueKind.Int32, [a, b]);

        /// <summary>Whether the first is less.</summary>
        public Value Less(Value a, Value b) => writer.Apply(Primitive.Lt, ValueKind.Bool, [a, b]);

        /// <summary>Quotient and remainder.</summary>
        public (Value Quotient, Value Remainder) Divided(Value a, Value b)
        {
            var quotient = writer.Divide(a, b);
            return (quotient, writer.Subtract(a, writer.Multiply(quotient, b)));
        }

        /// <summary>Words of the parameters that follow each other, as whole numbers. Read before loops: compilers
        /// cannot tell that what is written in them is not the parameters.</summary>
        public Value[] Words(int first, int count)
        {
            var values = new Value[count];
            for (var i = 0; i < count; i++)
                values[i] = writer.Parameter(first + i);
            return values;
        }

        /// <summary>The parameters of a program.</summary>
        /// <param name="kinds">Their kinds.</param>
        /// <param name="word">The word of the first; then the one behind them.</param>
        public Value[] Numbers(ReadOnlySpan<ValueKind> kinds, ref int word)
        {
            var values = new Value[kinds.Length];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = writer.Parameter(word, kinds[i]);
                word += kinds[i] is ValueKind.Int64 or ValueKind.Float64 ? 2 : 1;
            }

            return values;
        }

        /// <summary>The place along each dimension of the nth element in row-major order.</summary>
        /// <param name="index">Which element.</param>
        /// <param name="sizes">The sizes of the dimensions but the first.</param>
        public Value[] Split(Value index, ReadOnlySpan<Value> sizes)
        {
            var places = new Value[sizes.Length + 1];
            for (var d = sizes.Length; d > 0; d--)
                (index, places[d]) = writer.Divided(index, sizes[d - 1]);
            places[0] = index;
            return places;
        }

        /// <summary>How far from the first element some place lies, in elements.</summary>
        /// <param name="places">The place along each dimension.</param>
        /// <param name="strides">The strides.</param>
        public Value Offset(ReadOnlySpan<Value> places, ReadOnlySpan<Value> strides)
        {
            var sum = writer.Multiply(places[0], strides[0]);
            for (var d = 1; d < places.Length; d++)
                sum = writer.Add(sum, writer.Multiply(places[d], strides[d]));
            return sum;
        }
    }
}
