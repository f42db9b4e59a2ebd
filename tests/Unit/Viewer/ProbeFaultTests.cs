using KernelEngine.Nn;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>What a device finds wrong in the viewer's data is the viewer's, in the training's the training's.</summary>
[Collection(DeviceFaultCollection.Name)]
public class ProbeFaultTests
{
    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_probe_that_the_network_refuses_disturbs_no_training(string name)
    {
        var device = TestDevices.Get(name);
        var net = new Sequential(new Embedding(10, 4), new Flatten(), new Linear(12, 2)).To(device);
        var sgd = new SGD(net.Parameters(), 0.1);
        var link = new Link { Wishes = WatchedTraining.EveryStep };
        var right = Tensor.FromArray([1L, 2, 3, 7, 8, 9], [2, 3]).To(device);
        var wrong = Tensor.FromArray([1L, 2, 10], [1, 3]).To(device);
        var recorder = new Recorder(link, net, sgd, wrong, null);
        for (var i = 0; i < 4; i++)
        {
            Step(right).Item();
            Assert.True(SpinWait.SpinUntil(() => link.IsWaiting, TimeSpan.FromSeconds(60)), "no frame");
            var frame = link.Take()!;
            Assert.Equal(i + 1, frame.Step);
            if (i > 1)
                Assert.Empty(frame.Layers);
        }

        // The training's own is still its own; where a frame's read finds it first, the next step throws it.
        Assert.ThrowsAny<TensorException>(() =>
        {
            Step(wrong).Item();
            for (var i = 0; i < 1000; i++)
            {
                Step(right).Item();
                Thread.Sleep(10);
            }
        });

        Tensor Step(Tensor input)
        {
            sgd.ZeroGrad();
            var loss = net.Call(input).Square().Mean();
            loss.Backward();
            sgd.Step();
            recorder.Step(loss);
            return loss;
        }
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Errors_go_to_whom_the_operator_was_called_for(string name)
    {
        var device = TestDevices.Get(name);
        var table = Tensor.Arange(6, DType.Float32).Reshape(3, 2).To(device);
        var wrong = Tensor.FromArray([0L, 5]).To(device);
        var found = new List<TensorException>();
        Tensor? row = null;
        var thrown = Record.Exception(() =>
        {
            using (DataErrors.To(found.Add))
                row = table.IndexSelect(0, wrong);
            row.ToArray<float>();
        });

        // The CPU throws it where it is called.
        var error = Assert.IsType<TensorIndexException>(thrown ?? Assert.Single(found));
        Assert.Equal(row is null, thrown is not null);
        Assert.Equal(error.Message, Assert.Throws<TensorIndexException>(
            () => table.IndexSelect(0, wrong).ToArray<float>()).Message);
        Assert.Null(DataErrors.Handler);
    }
}
