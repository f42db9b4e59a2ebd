using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>
/// The text of docs/operators.md: what the catalog declares, and what each public function asks of a device when it
/// is called as the gradient table and <see cref="OperatorSamples"/> call it.
/// </summary>
internal static partial class OperatorTable
{
    private static readonly DType[] Tried = [DType.Bool, DType.Int64, DType.Float32];

    public static string Text()
    {
        var text = new StringBuilder();
        text.Append("""
            # Operators

            Written by a program, not by hand: `KERNEL_WRITE_DOCS=1 dotnet test -c Release tests/Unit` writes it again.

            ## Functions

            What a call of each public function that gives tensors asks of a device, measured. *Kind*: one launch
            (pointwise, reduction, structural), none (view), or several (composite). *Kernels*: the structural kernels
            that a backend must bring for it; those behind ⇒ for its derivative. *Reads*: how often the host
            waits for numbers of the device: for sizes that depend on data, and to throw at once where PyTorch does.

            | function | PyTorch | kind | kernels | derivative | reads |
            | --- | --- | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var row in Functions())
            text.Append(CultureInfo.InvariantCulture, $"| {row} |\n");

        text.Append("""

            ## Rows of the catalog

            The dtype of the result for arguments that are all bool, all int64, all float32; – where it is refused. A
            derivative is derived from the expression or given beside it.

            | row | kind | arguments | bool | int64 | float32 | derivative |
            | --- | --- | --- | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var row in OpCatalog.All.Select(Row).Distinct())
            text.Append(CultureInfo.InvariantCulture, $"| {row} |\n");

        text.Append("""

            ## Structural kernels

            The interface for which each backend brings a body. Operands: ← read, → written, ↔ both; in brackets what a
            launch may leave out.

            | kernel | operands | whole numbers | real numbers |
            | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var kernel in Kernels())
        {
            var operands = kernel.Operands.Select((o, i) => i < kernel.Required ? Text(o) : $"[{Text(o)}]");
            text.Append(CultureInfo.InvariantCulture,
                $"| `{kernel}` | {string.Join(' ', operands)} | {string.Join(", ", kernel.Integers)} | " +
                $"{string.Join(", ", kernel.Reals)} |\n");
        }

        return text.ToString();
    }

    /// <summary>Every structural kernel that the core declares, by name.</summary>
    public static IEnumerable<StructuralKernel> Kernels() => typeof(Tensor).Assembly.GetTypes()
        .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(f => f.FieldType == typeof(StructuralKernel))
        .Select(f => (StructuralKernel)f.GetValue(null)!)
        .OrderBy(k => k.Name, StringComparer.Ordinal);

    private static IEnumerable<string> Functions()
    {
        var names = TorchNames();
        var samples = GradientCatalog.All.Values.Concat(OperatorSamples.Cases).ToLookup(c => c.Method);
        var pointwise = OpCatalog.All.OfType<PointwiseOperator>().ToLookup(
            o => GradientCoverageTests.Pascal(o.Name), StringComparer.OrdinalIgnoreCase);
        var without = GradientCoverageTests.None.SelectMany(g => g.Value.Select(name => (name, g.Key)))
            .ToDictionary(p => p.name, p => p.Key);
        foreach (var name in GradientCoverageTests.Functions().Order(StringComparer.Ordinal))
        {
            var torch = names.TryGetValue(name, out var t) ? $"`{t}`" : "";
            if (samples[name].Any())
            {
                var traces = samples[name].Select(c => Trace(c, without.ContainsKey(name))).ToArray();
                var kernels = Names(traces.SelectMany(s => s.Forward));
                var backward = Names(traces.SelectMany(s => s.Backward).Except(traces.SelectMany(s => s.Forward)));
                var once = samples[name].Select(c => c.OnceBecause).FirstOrDefault(r => r is not null);
                var derivative = without.TryGetValue(name, out var why) ? "no: " + why
                    : once is null ? "yes" : "once: " + once;
                var reads = traces.Max(s => s.Reads);
                yield return $"`{name}` | {torch} | {traces[0].Kind} | {kernels}" +
                    $"{(backward.Length > 0 ? " ⇒ " + backward : "")} | {derivative} | {(reads > 0 ? reads : "")}";
            }
            else if (pointwise[name].Any())
            {
                yield return $"`{name}` | {torch} | pointwise |  | " +
                    $"{(pointwise[name].Any(o => o.IsDifferentiable) ? "yes" : "no")} | ";
            }
            else
                yield return $"`{name}` | {torch} | creation |  | no: {without.GetValueOrDefault(name)} | ";
        }
    }

    private static (string Kind, string[] Forward, string[] Backward, int Reads) Trace(
        GradientCase sample, bool isForwardOnly)
    {
        var backend = new TraceBackend();
        var random = new Random(1);
        var arguments = Array.ConvertAll(sample.Shapes, shape => Tensor.FromArray(
            Enumerable.Range(0, (int)shape.ElementCount)
                .Select(_ => sample.Low + ((sample.High - sample.Low) * random.NextDouble())).ToArray(), shape)
            .To(backend.Device));
        backend.Forget();
        using (Autograd.NoGrad())
            _ = sample.Function(arguments);
        var kind = (backend.Pointwise, backend.Reductions, backend.Kernels.Count) switch
        {
            (0, 0, 0) => "view",
            (1, 0, 0) => "pointwise",
            (0, 1, 0) => "reduction",
            (0, 0, 1) => "structural",
            _ => "composite",
        };
        var (forward, reads) = (backend.Kernels.ToArray(), backend.Reads);
        if (isForwardOnly)
            return (kind, forward, [], reads);
        var results = sample.Function(Array.ConvertAll(arguments, a => a.Detach().RequiresGrad_()));
        backend.Forget();
        foreach (var result in results.Where(r => r.RequiresGrad))
            result.Backward(Tensor.OnesLike(result), retainGraph: true);
        return (kind, forward, [.. backend.Kernels], reads);
    }

    private static string Row(Operator op)
    {
        var arguments = op is PointwiseOperator p ? p.Arity.ToString(CultureInfo.InvariantCulture) : "1";
        var dtypes = Tried.Select(d => Result(op, d) is not { } result ? "–" : result.Name);
        var derivative = !op.IsDifferentiable ? "no" : op switch
        {
            PointwiseOperator { Gradient: null } => "derived",
            _ => "given",
        };
        return $"`{op.Name}` | {op.Kind.ToString().ToLowerInvariant()} | {arguments} | " +
            $"{string.Join(" | ", dtypes)} | {derivative}";
    }

    private static DType? Result(Operator op, DType dtype)
    {
        try
        {
            return op switch
            {
                PointwiseOperator p => p.Rule(op.Name, Enumerable.Repeat(
                    new ArgumentType(dtype, ArgumentType.Class.Dimensioned), p.Arity).ToArray()).Results[0],
                ReductionOperator r => r.Types(dtype, null).Results[0],
                ScanOperator s => s.Apply(Tensor.Zeros([1], dtype), 0).DType,
                _ => null,
            };
        }
        catch (TensorException)
        {
            return null;
        }
    }

    private static string Text((string Name, Access Access) operand) => operand.Access switch
    {
        Access.Read => "←",
        Access.Write => "→",
        _ => "↔",
    } + operand.Name;

    private static string Names(IEnumerable<string> kernels) =>
        string.Join(", ", kernels.Distinct().Order(StringComparer.Ordinal).Select(k => $"`{k}`"));

    // What the documentation of each method says it is as, the plainest of several.
    private static Dictionary<string, string> TorchNames()
    {
        var found = new Dictionary<string, string>();
        var members = new[] { typeof(Tensor), typeof(Functional) }
            .SelectMany(t => XDocument.Load(Path.ChangeExtension(t.Assembly.Location, ".xml")).Descendants("member"));
        foreach (var member in members)
        {
            var name = MethodName().Match(member.Attribute("name")!.Value).Groups[1].Value;
            var torch = TorchName().Match(member.ToString());
            if (name.Length > 0 && torch.Success)
                found.TryAdd(name, torch.Groups[1].Value);
        }

        return found;
    }

    [GeneratedRegex(@"^M:KernelEngine\.(?:Nn\.)?(?:Tensor|Linalg|Functional)\.(\w+)")]
    private static partial Regex MethodName();

    [GeneratedRegex(@"As\s+<c>(torch[\w.]+)")]
    private static partial Regex TorchName();
}
