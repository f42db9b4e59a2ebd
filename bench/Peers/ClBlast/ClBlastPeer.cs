using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench.Peers;

/// <summary>CLBlast on a queue of its own: products of matrices.</summary>
internal sealed class ClBlastPeer : Peer
{
    private readonly ClBlast library = ClBlast.Find() ??
        throw new InvalidOperationException("libclblast is not installed");

    private readonly OpenClQueue queue = new();

    public override string Name => $"CLBlast ({queue.Description})";

    public override string Device => "opencl:0";

    public override int? Threads => null;

    public override IEnumerable<string> Operations => ["matmul", "matmul nt", "matmul tn"];

    public override PeerJob? Open(Job job) => job.Pass == Pass.Forward ? new ClBlastJob(library, queue, job) : null;

    private sealed class ClBlastJob : PeerJob
    {
        private readonly ClBlast library;
        private readonly OpenClQueue queue;
        private readonly ClBlastProduct product;
        private readonly nint a, b, c;

        public ClBlastJob(ClBlast library, OpenClQueue queue, Job job)
        {
            (this.library, this.queue) = (library, queue);
            long[] left = job.Inputs[0].Shape, right = job.Inputs[1].Shape;
            var (isLeftTurned, isRightTurned) = (job.Operation == "matmul tn", job.Operation == "matmul nt");
            product = new()
            {
                Batch = left.Length > 2 ? left[0] : 1,
                Rows = isLeftTurned ? left[^1] : left[^2],
                Depth = isLeftTurned ? left[^2] : left[^1],
                Columns = isRightTurned ? right[^2] : right[^1],
                IsLeftTurned = isLeftTurned,
                IsRightTurned = isRightTurned,
            };
            (a, b) = (queue.Allocate(job.Inputs[0].Reals(0)), queue.Allocate(job.Inputs[1].Reals(1)));
            c = queue.Allocate(new float[product.Batch * product.Rows * product.Columns]);
        }

        public override void Call() =>
            OpenClQueue.Forget(library.Multiply(queue.Handle, product, (a, 0), (b, 0), (c, 0)));

        public override void Wait() => queue.Finish();

        public override float[][] Check()
        {
            Call();
            return [queue.Read(c, product.Batch * product.Rows * product.Columns)];
        }

        public override void Dispose()
        {
            OpenClQueue.Free(a);
            OpenClQueue.Free(b);
            OpenClQueue.Free(c);
        }
    }
}
