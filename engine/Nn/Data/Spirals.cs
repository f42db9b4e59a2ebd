namespace KernelEngine.Nn;

/// <summary>Points on the arms of a spiral, one arm a class: inputs (n, 2), labels in int64.</summary>
public static class Spirals
{
    /// <summary>Generates points; the same seed gives the same ones.</summary>
    /// <param name="pointsPerArm">How many points an arm has.</param>
    /// <param name="arms">How many arms there are.</param>
    /// <param name="noise">The deviation of the points from their arm, the arms reaching to 1.</param>
    /// <param name="turns">How often an arm goes round.</param>
    /// <param name="seed">The seed.</param>
    public static TensorDataset Make(
        int pointsPerArm, int arms = 3, double noise = 0.02, double turns = 1, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsPerArm, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(arms, 1);
        var generator = new Generator(seed);
        var cpu = ComputeDevice.Parse("cpu");
        var (inputs, labels) = (new Tensor[arms], new Tensor[arms]);
        for (var arm = 0; arm < arms; arm++)
        {
            var radius = Tensor.Rand([pointsPerArm], DType.Float32, cpu, generator: generator).Sqrt();
            var angle = radius * (turns * 2 * Math.PI) + (arm * 2 * Math.PI / arms);
            var points = Tensor.Stack([radius * angle.Cos(), radius * angle.Sin()], 1);
            inputs[arm] = points + (Tensor.Randn([pointsPerArm, 2], DType.Float32, cpu, generator: generator) * noise);
            labels[arm] = Tensor.Full([pointsPerArm], arm, DType.Int64, cpu);
        }

        return new(Tensor.Cat(inputs), Tensor.Cat(labels));
    }
}
