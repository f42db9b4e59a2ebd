namespace KernelEngine.Tests;

/// <summary>
/// Indices in a user's array that changes while they are followed: a result or an exception, never a fault.
/// </summary>
public sealed class ChangingArrayTests
{
    [Fact]
    public void IndicesAreCheckedWhereTheyAreUsed()
    {
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
            var x = Tensor.Ones([512, 4]);
            var row = Tensor.Ones([512]);
            Func<object>[] readers =
            [
                () => row.Gather(0, index), () => row.Scatter(0, index, 1), () => row.ScatterAdd(0, index, row),
                () => row.Take(index), () => row.Put(index, row), () => x.IndexSelect(0, index),
                () => x.IndexAdd(0, index, x), () => x.IndexCopy(0, index, x), () => Tensor.Embedding(x, index),
                () => x[index], () => index.Bincount(), () => index.OneHot(), () => index.Unique(),
                () => row.Searchsorted(row, sorter: index), () => x.NllLoss(index.Remainder(4)), () => index.Sort(),
                () => x.NllLoss(index), () => Tensor.LuUnpack(Tensor.Eye(32), swaps), () => index.Gt(3).NonZero(),
                () => x.RepeatInterleave(index.Remainder(3), 0),
                () => Linalg.LuSolve(Tensor.Eye(32), swaps, Tensor.Ones([32, 1])),
            ];
            for (var round = 0; round < 20; round++)
            {
                foreach (var reader in readers)
                {
                    try
                    {
                        reader();
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
