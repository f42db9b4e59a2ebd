namespace KernelEngine.Tests;

/// <summary>
/// Indices in a user's array that changes while they are followed: a result or an exception, never a fault.
/// </summary>
/// <remarks>On GPUs, what is wrong is thrown when somebody waits: nothing else runs meanwhile.</remarks>
[Collection(Gpu.GpuCountsCollection.Name)]
public sealed class ChangingArrayTests
{
    [Theory, OnEachDevice]
    public void IndicesAreCheckedWhereTheyAreUsed(string device)
    {
        var on = TestDevices.Get(device);
        var own = new long[512];
        var pivots = new int[32];
        var (index, swaps) = (Tensor.FromArray(own), Tensor.FromArray(pivots));
        var done = false;
        var writer = new Thread(() =>
        {
            for (var round = 0; !Volatile.Read(ref done); round++)
            {
                var far = long.MaxValue / 16 * (round % 2 == 0 ? 1 : -1);
                for (var i = 0; i < own.Length; i++)
                    Volatile.Write(ref own[i], (round + i) % 3 == 0 ? far : i % 32);
                for (var i = 0; i < pivots.Length; i++)
                    Volatile.Write(ref pivots[i], (round + i) % 3 == 0 ? int.MaxValue - round : 1 + (i % 32));
            }
        });
        writer.Start();
        try
        {
            var x = Tensor.Ones([512, 4], device: on);
            var row = Tensor.Ones([512], device: on);
            var eye = Tensor.Eye(32, device: on);
            var column = Tensor.Ones([32, 1], device: on);
            Func<object>[] readers =
            [
                () => row.Gather(0, index), () => row.Scatter(0, index, 1), () => row.ScatterAdd(0, index, row),
                () => row.Take(index), () => row.Put(index, row), () => x.IndexSelect(0, index),
                () => x.IndexAdd(0, index, x), () => x.IndexCopy(0, index, x), () => Tensor.Embedding(x, index),
                () => x[index], () => index.Bincount(), () => index.OneHot(), () => index.Unique(),
                () => row.Searchsorted(row, sorter: index), () => x.NllLoss(index.Remainder(4)), () => index.Sort(),
                () => x.NllLoss(index), () => Tensor.LuUnpack(eye, swaps), () => index.Gt(3).NonZero(),
                () => x.RepeatInterleave(index.Remainder(3), 0),
                () => Linalg.LuSolve(eye, swaps, column),
            ];
            for (var round = 0; round < (device == "cpu" ? 20 : 4); round++)
            {
                foreach (var reader in readers)
                {
                    try
                    {
                        (index, swaps) = (Tensor.FromArray(own).To(on), Tensor.FromArray(pivots).To(on));
                        reader();
                        on.Synchronize();
                    }
                    catch (TensorException)
                    {
                    }
                }
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            writer.Join();
        }

        Assert.Equal(512, index.ElementCount);
    }
}
