// The snippets of a PyTorch introduction, in its order, in C#. Where the introduction prints something that is not
// left to chance or to the machine, this prints the same.
using KernelEngine;
using KernelEngine.Nn;

Generator.SeedAll(Tutorial.Seed.OfTheWalkthrough);

Section("Is a GPU there?");
Console.WriteLine(ComputeDevice.IsAvailable("cuda"));

Section("Empty tensors");
var x = Tensor.Empty(5);
Console.WriteLine(x);

x = Tensor.Empty(1, 2);
Console.WriteLine(x);

Section("Zeros and ones");
x = Tensor.Zeros(2, 3);
Console.WriteLine(x);

x = Tensor.Ones(3, 2);
Console.WriteLine(x);

Section("Random numbers");
x = Tensor.Rand(2, 2);
Console.WriteLine(x);

Section("From a list");
x = Tensor.Of([[1, 2], [3, 4]]);
Console.WriteLine(x);

Section("Data type");
x = Tensor.Ones(2, 2);
Console.WriteLine(x);
Console.WriteLine(x.DType);

x = Tensor.Ones([2, 2], DType.Int64);
Console.WriteLine(x.DType);

Section("Size");
x = Tensor.Ones(2, 2);
Console.WriteLine(x.Shape);
Console.WriteLine(x.Shape);     // .NET has one name for what PyTorch calls size() and shape

Section("Tensors and arrays");
x = Tensor.Ones(1, 3);
Console.WriteLine($"tensor: {x}");

var y = x.AsSpan<float>();
Console.WriteLine($"tensor to array: {Text(y)}");

var z = Tensor.FromSpan<float>(y, [1, 3]);
Console.WriteLine($"array to tensor: {z}");

Section("They share their memory");
x = Tensor.Ones(1, 3);
y = x.AsSpan<float>();

x += 1;
Console.WriteLine(x);
Console.WriteLine(Text(y));

float[] raw = [1, 1, 1];
x = Tensor.FromArray(raw);      // the other way round: a tensor over an array
x += 1;
Console.WriteLine(Text(raw));

Section("On a GPU");
var device = ComputeDevice.IsAvailable("cuda") ? "cuda" : "cpu";

x = Tensor.Ones([3], device: ComputeDevice.Parse(device));
var other = Tensor.Zeros(3);
other = other.To(ComputeDevice.Parse(device));

z = x + other;
Console.WriteLine(z);

Section("Two devices do not mix");
x = Tensor.Ones([3], device: ComputeDevice.Meta);   // a second device that every machine has
other = Tensor.Zeros(3);
other = other.To(ComputeDevice.Parse("cpu"));

try
{
    z = x + other;
    Console.WriteLine(z);
}
catch (TensorRuntimeException e)
{
    Console.WriteLine($"RuntimeError: {e.Message}");
}

Section("Gradients are recorded");
x = Tensor.Of([5.0], requiresGrad: true);
Console.WriteLine($"x: {x}");

var sum = x + 2;
Console.WriteLine($"y: {sum}");

z = sum.Pow(2);
Console.WriteLine($"z: {z}");

Section("Backward");
x = Tensor.Of([5.0], requiresGrad: true);
Console.WriteLine($"x: {x}");

sum = x + 2;
Console.WriteLine($"y: {sum}");

z = sum.Pow(2);
Console.WriteLine($"z: {z}");

z.Backward();
Console.WriteLine($"Gradient: {x.Grad}");

Section("1. Without gradients from now on");
x = Tensor.Ones([3], requiresGrad: true);
Console.WriteLine($"x with requires_grad: {x}");

x.RequiresGrad_(false);         // the introduction assigns to the method's name, which changes nothing
Console.WriteLine($"x not with requires_grad: {x}");

Section("2. Detach");
x = Tensor.Ones([3], requiresGrad: true);
Console.WriteLine($"x: {x}");

var detached = x.Detach();
Console.WriteLine($"y: {detached}");

detached += 1;
Console.WriteLine(x);           // the memory is shared

Section("3. NoGrad");
x = Tensor.Ones([3], requiresGrad: true);

using (Autograd.NoGrad())
{
    Console.WriteLine($"x: {x}");
    var doubled = 2 * (x + 5);
    Console.WriteLine($"y: {doubled}");
}

Section("Gradients add up until they are cleared");
x = Tensor.Of(1.0, requiresGrad: true);
sum = x + 2;
z = sum * sum;

z.Backward();
Console.WriteLine($"x with gradient: {x.Grad}");

x.Grad!.Zero_();
Console.WriteLine($"x with grad_zero: {x.Grad}");

Section("A model");
var model = new Net(inChannels: 1, outChannels: 1);
Console.WriteLine(model);

Section("Training");
var inputs = Tensor.Of([[1.0], [2.0], [3.0]]);
var targets = Tensor.Of([[4.0], [6.0], [8.0]]);

var optimizer = new SGD(model.Parameters(), lr: 0.01);
var criterion = new MSELoss();
var epochs = 500;

model.Train();

for (var e = 0; e < epochs; e++)
{
    Tensor loss = null!;
    for (var i = 0; i < inputs.Shape[0]; i++)
    {
        var prediction = model.Call(inputs[i]);
        loss = criterion.Call(prediction, targets[i]);

        optimizer.ZeroGrad();
        loss.Backward();
        optimizer.Step();
    }

    if ((e + 1) % 100 == 0)
        Console.WriteLine($"epoch: {e + 1}, loss: {loss.Item()}");
}

Section("Testing");
var (w, b) = (model.Fc.Weight.Item<double>(), model.Fc.Bias!.Item<double>());
Console.WriteLine(FormattableString.Invariant($"f(x) = {w:0.0##}x + {b:0.0##}"));

model.Eval();

using (Autograd.NoGrad())
    Console.WriteLine(model.Call(Tensor.Of([10.0])));

static void Section(string title) => Console.WriteLine($"\n# {title}");

// A row of numbers as NumPy prints an array of one row.
static string Text(ReadOnlySpan<float> row) =>
    $"[[{string.Join(' ', row.ToArray().Select(v => FormattableString.Invariant($"{v:0.####}.")))}]]";

internal sealed class Net(int inChannels, int outChannels) : Module
{
    public Linear Fc { get; } = new(inChannels, outChannels);

    protected override Tensor Forward(Tensor x) => Fc.Call(x);
}
