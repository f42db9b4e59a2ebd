using KernelEngine;
using KernelEngine.Nn;

namespace Train;

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
