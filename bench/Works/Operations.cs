using KernelEngine.Nn;

namespace KernelEngine.Bench;

/// <summary>What is measured, as users of Kernel write it.</summary>
internal static class Operations
{
    public static readonly Operation Matmul = Function("matmul", t => t[0].Matmul(t[1]));

    /// <summary>a · bᵀ, as in a linear layer.</summary>
    public static readonly Operation MatmulNt = Function("matmul nt", t => t[0].Matmul(t[1].T));

    /// <summary>aᵀ · b, as in the gradient of a linear layer's weight.</summary>
    public static readonly Operation MatmulTn = Function("matmul tn", t => t[0].T.Matmul(t[1]));

    public static readonly Operation Add = Function("add", t => t[0] + t[1]);
    public static readonly Operation Relu = Function("relu", t => t[0].Relu());
    public static readonly Operation Exp = Function("exp", t => t[0].Exp());
    public static readonly Operation Tanh = Function("tanh", t => t[0].Tanh());
    public static readonly Operation Gelu = Function("gelu", t => t[0].Gelu());

    /// <summary>Seven operators, each of its own.</summary>
    public static readonly Operation Chain = Function("chain", t =>
    {
        var (a, b, c) = (t[0], t[1], t[2]);
        return ((((a * b) + c) * 0.5) - a).Relu().Square() + b;
    });

    public static readonly Operation Sum = Function("sum", t => t[0].Sum());
    public static readonly Operation Softmax = Function("softmax", t => t[0].Softmax(-1));
    public static readonly Operation LayerNorm =
        Function("layer norm", t => Functional.LayerNorm(t[0], t[1].Shape, t[1], t[2]));

    public static readonly Operation BatchNorm =
        Function("batch norm", t => Functional.BatchNorm(t[0], t[3], t[4], t[1], t[2], training: true));

    public static readonly Operation MaxPool = Function("max pool", (t, n) => t[0].MaxPool2d(n[0]));

    /// <summary>Numbers: padding, groups.</summary>
    public static readonly Operation Convolution =
        Function("convolution", (t, n) => t[0].Conv2d(t[1], t[2], padding: n[0], groups: n[1]));

    public static readonly Operation Embedding = Function("embedding", t => Functional.Embedding(t[1], t[0]));
    public static readonly Operation Gather = Function("gather", t => t[0].Gather(1, t[1]));
    public static readonly Operation ScatterAdd = Function("scatter add", t => t[0].ScatterAdd(1, t[1], t[2]));
    public static readonly Operation Sort = Function("sort", t => t[0].Sort(-1).Values);
    public static readonly Operation Read = Function("read a number", t =>
    {
        t[0].Item<float>();
        return t[0];
    });

    public static readonly Operation Optimizer = new OptimizerOperation("optimizer");
    public static readonly Operation Fit = new FitOperation("fit");

    /// <summary>Linear layers with ReLU between them. Numbers: sizes.</summary>
    public static readonly Operation Mlp = new NetworkOperation("mlp", (sizes, device) =>
    {
        var layers = new List<Module>();
        for (var i = 0; i + 1 < sizes.Length; i++)
        {
            layers.Add(new Linear(sizes[i], sizes[i + 1], device: device));
            if (i + 2 < sizes.Length)
                layers.Add(new ReLU());
        }

        var net = new Sequential([.. layers]);
        return new(net, net.Call, CrossEntropy);
    });

    /// <summary>Product, bias and GELU each written as an operator of its own. Numbers: sizes.</summary>
    public static readonly Operation GeluMlp = new NetworkOperation("gelu mlp", (sizes, device) =>
    {
        var net = new GeluMlp(sizes, device);
        return new(net, net.Call, CrossEntropy);
    });

    /// <summary>The network of samples/Train. Numbers: channels, size of the pictures, classes.</summary>
    public static readonly Operation Cnn = new NetworkOperation("cnn", (numbers, device) =>
    {
        var net = new Cnn(numbers[0], numbers[1], numbers[2], device);
        return new(net, net.Call, CrossEntropy);
    });

    /// <summary>Numbers: features, hidden features. Sequences first.</summary>
    public static readonly Operation Lstm = new NetworkOperation("lstm", (numbers, device) =>
    {
        var net = new LSTM(numbers[0], numbers[1], batchFirst: true, device: device);
        return new(net, x => net.Call(x, null).Output, SquaredError);
    });

    /// <summary>Numbers: features, heads.</summary>
    public static readonly Operation Transformer = new NetworkOperation("transformer", (numbers, device) =>
    {
        var net = new TransformerBlock(numbers[0], numbers[1], device);
        return new(net, net.Call, SquaredError);
    });

    private static Operation Function(string name, Func<Tensor[], Tensor> function) =>
        new FunctionOperation(name, (tensors, _) => function(tensors));

    private static Operation Function(string name, Func<Tensor[], long[], Tensor> function) =>
        new FunctionOperation(name, function);

    private static Tensor CrossEntropy(Tensor result, Tensor target) => Functional.CrossEntropy(result, target);

    private static Tensor SquaredError(Tensor result, Tensor target) => Functional.MseLoss(result, target);
}
