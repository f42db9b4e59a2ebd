using KernelEngine.Nn;

namespace KernelEngine.Bench;

/// <summary>A step of training as everybody writes it: MLP 784-256-128-10, batch 64, Adam.</summary>
internal sealed class MlpStep
{
    public const string Name = "training step, MLP 784-256-128-10, batch 64, Adam";

    private readonly ComputeDevice device;
    private readonly Sequential net;
    private readonly Adam adam;
    private readonly CrossEntropyLoss criterion = new();
    private readonly Tensor x, target;

    public MlpStep(ComputeDevice device)
    {
        this.device = device;
        Generator.SeedAll(0);
        net = new Sequential(
            new Linear(784, 256), new ReLU(), new Linear(256, 128), new ReLU(), new Linear(128, 10)).To(device);
        adam = new Adam(net.Parameters(), lr: 1e-3);
        x = Tensor.Randn([64, 784], device: device);
        target = Tensor.Randint(0, 10, [64], device: device);
    }

    /// <summary>Takes some steps and waits for the device.</summary>
    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            adam.ZeroGrad();
            criterion.Call(net.Call(x), target).Backward();
            adam.Step();
        }

        device.Synchronize();
    }
}
