namespace KernelEngine.Viewing;

/// <summary>
/// The losses of a run of any length, in at most 2048 points: each stands for as many steps as are needed, with their
/// lowest, mean and highest.
/// </summary>
internal sealed class LossSeries
{
    private const int Most = 2048;

    private readonly List<Point> points = [];
    private long stride = 1; // steps of a point

    /// <summary>The points, the oldest first.</summary>
    public IReadOnlyList<Point> Points => points;

    /// <summary>Adds a step's loss; a later step than those before.</summary>
    public void Add(LossPoint loss)
    {
        if (points.Count > 0 && loss.Step / stride == points[^1].Step / stride)
        {
            points[^1] = points[^1].With(loss);
            return;
        }

        points.Add(new Point(loss));
        if (points.Count < Most)
            return;
        stride *= 2;
        var kept = 0;
        for (var i = 0; i < points.Count; i++)
        {
            if (kept > 0 && points[kept - 1].Step / stride == points[i].Step / stride)
                points[kept - 1] = points[kept - 1].With(points[i]);
            else
                points[kept++] = points[i];
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    /// <summary>Some steps' losses.</summary>
    internal readonly record struct Point(
        long Step, int Count, float Low, float Mean, float High, int AccuracyCount, float Accuracy)
    {
        public Point(LossPoint loss)
            : this(
                loss.Step, 1, loss.Loss, loss.Loss, loss.Loss, float.IsNaN(loss.Accuracy) ? 0 : 1, loss.Accuracy)
        {
        }

        public Point With(LossPoint loss) => With(new Point(loss));

        // A loss that is no number is not counted beside others that are.
        public Point With(Point other) => new(
            Step, Count + other.Count, float.MinNumber(Low, other.Low), Mixed(Mean, Count, other.Mean, other.Count),
            float.MaxNumber(High, other.High), AccuracyCount + other.AccuracyCount,
            Mixed(Accuracy, AccuracyCount, other.Accuracy, other.AccuracyCount));

        private static float Mixed(float a, int countOfA, float b, int countOfB) =>
            float.IsNaN(a) ? b : float.IsNaN(b) ? a : ((a * countOfA) + (b * countOfB)) / (countOfA + countOfB);
    }
}
