using System.Globalization;
using System.Runtime.CompilerServices;
using KernelEngine;
using KernelEngine.AheadOfTime;
using KernelEngine.Nn;

// Prints what must be the same under the JIT and compiled ahead of time: what modules consist of, which is found by
// reflection, and the numbers of some steps of training. scripts/check-aot.sh compares.
Console.Error.WriteLine(RuntimeFeature.IsDynamicCodeCompiled ? "dynamic code" : "no dynamic code");
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Generator.Default.ManualSeed(5);

var shared = new Linear(4, 4);
var net = new Net(shared, 4);
List("net", net);
List("copy", net.Clone());
List("transformer", new Transformer(4, 2, 1, 1, 8));
List("attention", new MultiheadAttention(4, 2, kdim: 3, addBiasKv: true));
List("lstm", new LSTM(2, 3, numLayers: 2, bidirectional: true, projSize: 2));
Console.WriteLine(net);

var optimizer = new Adam(net.Parameters(), lr: 1e-2);
var criterion = new CrossEntropyLoss();
var (x, target) = (Tensor.Randn(16, 4), Tensor.Randint(0, 3, [16]));
for (var step = 0; step < 20; step++)
{
    optimizer.ZeroGrad();
    var loss = criterion.Call(net.Call(x), target);
    loss.Backward();
    optimizer.Step();
    Console.WriteLine($"loss {step}: {loss.Item<float>():R}");
}

Console.WriteLine(net.Head.Weight);

// The other backends are only named here: their packages' sources register them.
foreach (var name in (string[])["vulkan:0", "opencl:0"])
{
    if (!ComputeDevice.IsAvailable(name))
    {
        Console.WriteLine($"{name} is not available");
        if ((Environment.GetEnvironmentVariable("KERNEL_REQUIRE_DEVICES") ?? "").Split(',').Contains(name))
            return 1;
        continue;
    }

    var device = ComputeDevice.Parse(name);
    Console.WriteLine($"{name} {device.Name}");
    var there = Tensor.Arange(100, device: device).Reshape(10, 10).To(DType.Float32);
    Console.WriteLine((there.T * 0.005 + there * 0.01).Exp().Log().Sum([1]));
    Console.WriteLine(there.Matmul(there)[..2]);
}

return 0;

static void List(string title, Module module)
{
    Console.WriteLine($"{title}:");
    foreach (var (name, parameter) in module.NamedParameters())
        Console.WriteLine($"  {name} {parameter.Shape}");
    foreach (var (name, buffer) in module.NamedBuffers())
        Console.WriteLine($"  {name} {buffer.Shape} (buffer)");
    Console.WriteLine($"  saved: {string.Join(' ', module.StateDict().Keys)}");
    Console.WriteLine($"  modules: {string.Join(' ', module.NamedModules().Select(m => m.Name))}");
}

namespace KernelEngine.AheadOfTime
{
    /// <summary>A base class with a parameter in a property that derived classes see, and buffers.</summary>
    internal class Root : Module
    {
        [Persistent]
        private readonly Tensor mean = Tensor.Zeros(4);

        [Buffer]
        private readonly Tensor scratch = Tensor.Ones(4);

        private readonly Tensor unmarked = Tensor.Zeros(4);

        protected Parameter Scale { get; } = new(Tensor.Ones(4));

        protected override Tensor Forward(Tensor input) => (input - mean - unmarked) * Scale * scratch;
    }

    /// <summary>Modules in every kind of place.</summary>
    /// <param name="shared">Captured by the constructor.</param>
    /// <param name="size">Not a module.</param>
    internal sealed class Net(Linear shared, int size) : Root
    {
        private readonly Linear[] array = [new(size, size), new(size, size)];
        private readonly List<Linear> list = [new(size, size)];
        private readonly Dictionary<string, Module> byName = new() { ["inner"] = new Linear(size, size, bias: false) };
        private readonly LSTM memory = new(size, size, batchFirst: true);
        private readonly TransformerEncoder encoder = new(new(size, 2, 8, dropout: 0, batchFirst: true), 1);
        private readonly Sequential named = new(("norm", new LayerNorm(4)), ("act", new GELU()));

        public Linear Head { get; } = new(size, 3);

        protected override Tensor Forward(Tensor input)
        {
            var y = base.Forward(input);
            foreach (var layer in array)
                y = y + layer.Call(y).Tanh();
            y = byName["inner"].Call(list[0].Call(shared.Call(y)));
            var (steps, _) = memory.Call(y.Unsqueeze(1).Expand([y.Shape[0], 3, y.Shape[1]]).Contiguous());
            return Head.Call(named.Call(encoder.Call(steps).Mean([1])));
        }
    }
}
