using KernelEngine;
using KernelEngine.Nn;

namespace Training;

/// <summary>Two hidden layers, which forget some of what they saw while they learn.</summary>
internal sealed class Mlp(long inputs, int classes, double drop) : Module
{
    private readonly Linear fc1 = new(inputs, 256), fc2 = new(256, 128), fc3 = new(128, classes);
    private readonly Dropout dropout = new(drop);

    protected override Tensor Forward(Tensor x)
    {
        x = x.Flatten(1);
        x = dropout.Call(fc1.Call(x).Relu());
        x = dropout.Call(fc2.Call(x).Relu());
        return fc3.Call(x);
    }
}

/// <summary>
/// Two convolutions, each followed by the largest of every four; needs pictures, or rows of pixels of a square one.
/// </summary>
internal sealed class Cnn(long channels, long size, int classes) : Module
{
    private readonly Conv2d conv1 = new(channels, 16, 3, padding: 1), conv2 = new(16, 32, 3, padding: 1);
    private readonly Linear fc = new(32 * (size / 4) * (size / 4), classes);

    protected override Tensor Forward(Tensor x)
    {
        x = x.Reshape(-1, channels, size, size);
        x = conv1.Call(x).Relu().MaxPool2d(2);
        x = conv2.Call(x).Relu().MaxPool2d(2);
        return fc.Call(x.Flatten(1));
    }
}
