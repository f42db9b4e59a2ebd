using System.Diagnostics;
using System.Text.RegularExpressions;

namespace KernelEngine.Tests;

public sealed partial class TutorialTests
{
    // What the introduction prints, in its order. A line of dots stands for what chance or the machine decides.
    private const string Expected = """
        # Is a GPU there?
        ...
        # Empty tensors
        tensor([...])
        tensor([[...]])
        # Zeros and ones
        tensor([[0., 0., 0.], [0., 0., 0.]])
        tensor([[1., 1.], [1., 1.], [1., 1.]])
        # Random numbers
        tensor([[0...., 0....], [0...., 0....]])
        # From a list
        tensor([[1, 2], [3, 4]])
        # Data type
        tensor([[1., 1.], [1., 1.]])
        torch.float32
        torch.int64
        # Size
        torch.Size([2, 2])
        torch.Size([2, 2])
        # Tensors and arrays
        tensor: tensor([[1., 1., 1.]])
        tensor to array: [[1. 1. 1.]]
        array to tensor: tensor([[1., 1., 1.]])
        # They share their memory
        tensor([[2., 2., 2.]])
        [[2. 2. 2.]]
        [[2. 2. 2.]]
        # On a GPU
        tensor([1., 1., 1.]...)
        # Two devices do not mix
        RuntimeError: Expected all tensors to be on the same device, but found at least two devices, meta and cpu!...
        # Gradients are recorded
        x: tensor([5.], requires_grad=True)
        y: tensor([7.], grad_fn=<AddBackward0>)
        z: tensor([49.], grad_fn=<PowBackward0>)
        # Backward
        x: tensor([5.], requires_grad=True)
        y: tensor([7.], grad_fn=<AddBackward0>)
        z: tensor([49.], grad_fn=<PowBackward0>)
        Gradient: tensor([14.])
        # 1. Without gradients from now on
        x with requires_grad: tensor([1., 1., 1.], requires_grad=True)
        x not with requires_grad: tensor([1., 1., 1.])
        # 2. Detach
        x: tensor([1., 1., 1.], requires_grad=True)
        y: tensor([1., 1., 1.])
        tensor([2., 2., 2.], requires_grad=True)
        # 3. NoGrad
        x: tensor([1., 1., 1.], requires_grad=True)
        y: tensor([12., 12., 12.])
        # Gradients add up until they are cleared
        x with gradient: tensor(6.)
        x with grad_zero: tensor(0.)
        # A model
        Net( (fc): Linear(in_features=1, out_features=1, bias=True) )
        # Training
        epoch: 100, loss: ...e-05
        epoch: 200, loss: ...e-06
        epoch: 300, loss: ...e-07
        epoch: 400, loss: ...e-07
        epoch: 500, loss: ...e-08
        # Testing
        f(x) = 2.0x + 1.999
        tensor([22.0016])
        """;

    [Fact]
    public async Task The_walkthrough_prints_what_the_introduction_prints()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Tutorial.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await error);

        var pattern = Regex.Escape(OnOneLine(Expected)).Replace(@"\.\.\.\.", @"\..*?").Replace(@"\.\.\.", ".*?");
        Assert.Matches($"^{pattern}$", OnOneLine(output));
    }

    private static string OnOneLine(string text) => Spaces().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
