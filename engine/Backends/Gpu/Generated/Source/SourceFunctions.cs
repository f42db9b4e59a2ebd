using System.Text;

namespace KernelEngine.Gpu;

/// <summary>
/// Recipes as functions of a dialect, for kernels whose texts call them: <c>exp</c> in float32 is
/// <c>float k_exp_f32(float a)</c>.
/// </summary>
internal static class SourceFunctions
{
    /// <summary>What a function of a primitive or recipe is called: <c>k_exp_f32</c>.</summary>
    public static string NameOf(Primitive primitive, ValueKind kind) => $"k_{primitive.Name}_{Dialect.Suffix(kind)}";

    /// <summary>Recipes for a kind, with everything that they need.</summary>
    /// <param name="dialect">The language.</param>
    /// <param name="recipes">The recipes.</param>
    /// <param name="kind">float32 or float64.</param>
    /// <param name="primitives">Functions of the dialect's library that are wanted besides.</param>
    public static string Render(
        Dialect dialect, IEnumerable<Primitive> recipes, ValueKind kind, IEnumerable<string>? primitives = null) =>
        Render(dialect, recipes.Select(recipe => (recipe, kind)), primitives);

    /// <summary>Recipes, each for a kind, with everything that they need.</summary>
    /// <inheritdoc cref="Render(Dialect, IEnumerable{Primitive}, ValueKind, IEnumerable{string}?)"/>
    public static string Render(
        Dialect dialect, IEnumerable<(Primitive Recipe, ValueKind Kind)> recipes, IEnumerable<string>? primitives)
    {
        var functions = new HashSet<string>(primitives ?? []);
        var tables = new HashSet<string>();
        var text = new StringBuilder();
        var tableText = new StringBuilder();
        foreach (var (recipe, kind) in recipes)
        {
            if (dialect.Library.Contains(NameOf(recipe, kind)))
            {
                functions.Add(NameOf(recipe, kind));
                continue;
            }

            var body = new SourceBody(dialect);
            Write(dialect, recipe, kind, body, text);
            functions.UnionWith(body.Functions);
            foreach (var table in body.Tables)
            {
                if (tables.Add(table))
                    tableText.Append(table).Append('\n');
            }
        }

        return dialect.Library.Render(functions) + tableText + text;
    }

    private static void Write(
        Dialect dialect, Primitive recipe, ValueKind kind, SourceBody body, StringBuilder text)
    {
        var dtype = kind == ValueKind.Float32 ? DType.Float32 : DType.Float64;
        var inputs = new Expr[recipe.Arity];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = Expr.Input(i, kind);
        var program = PointwiseProgram.Of(
            recipe.Name, [.. inputs.Select(_ => dtype)], [], [dtype], [recipe.Of(inputs)]);
        var result = Run(program, body, i => body.Name("abc"[i].ToString(), kind))[0];
        var type = dialect.Type(kind);
        text.Append($"{dialect.Function} {type} {NameOf(recipe, kind)}(".TrimStart())
            .AppendJoin(", ", inputs.Select((_, i) => type + " " + "abc"[i])).Append(")\n{\n")
            .Append(body.Declarations).Append(body.Text)
            .Append("    return ").Append(body.Of(result)).Append(";\n}\n");
    }

    // The steps of a program, the rare side of a branch within a block of its own.
    private static Value[] Run(PointwiseProgram program, SourceBody body, Func<int, Value> input)
    {
        var values = new Value[program.Code.Length];
        var open = new Dictionary<int, Variable>();
        foreach (var i in Regions.Order(program, Regions.Of(program)))
        {
            if (i < 0)
            {
                var branch = program.Code[~i];
                var variable = body.Declare(values[branch.C]);
                open.Add(~i, variable);
                body.OpenIf(values[branch.A]);
                continue;
            }

            var step = program.Code[i];
            if (open.TryGetValue(i, out var chosen))
            {
                body.Set(chosen, values[step.B]);
                body.Close();
                values[i] = body.Get(chosen);
            }
            else
            {
                Value[] arguments = [.. new[] { step.A, step.B, step.C }.Where(a => a >= 0).Select(a => values[a])];
                values[i] = step.Primitive == Primitive.Input ? input((int)step.Payload)
                    : step.Primitive == Primitive.Constant ? body.Constant(step.Payload, step.Kind)
                    : body.Apply(step.Primitive, step.Kind, arguments, step.Payload, step.Table);
            }
        }

        return [.. program.Results.Select(r => values[r])];
    }
}
