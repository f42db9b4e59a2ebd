using KernelEngine;
using KernelEngine.Nn;

namespace Training;

/// <summary>Looks on while a network is trained, such as a viewer.</summary>
public interface ITrainingObserver : IDisposable
{
    /// <summary>Called behind each step.</summary>
    /// <param name="loss">Its loss, without dimensions.</param>
    /// <param name="accuracy">The share of right answers in its batch, without dimensions.</param>
    /// <param name="stop">The training is to end: nobody waits any longer.</param>
    void Step(Tensor loss, Tensor accuracy, CancellationToken stop);

    /// <summary>Called when the last step is made, before the network is tested.</summary>
    void End();

    /// <summary>Called when all is said; it may take its time.</summary>
    void Linger(CancellationToken stop);
}

/// <summary>What an observer may look at.</summary>
/// <param name="Options">What is trained and how.</param>
/// <param name="Net">The network, on its device.</param>
/// <param name="Optimizer">What follows its gradients.</param>
/// <param name="Test">Examples that it is tested with.</param>
/// <param name="Classes">How many classes there are.</param>
public sealed record TrainingScene(
    TrainingOptions Options, Module Net, Optimizer Optimizer, Dataset Test, int Classes);
