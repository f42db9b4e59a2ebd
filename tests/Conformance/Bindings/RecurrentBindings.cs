using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Recurrent modules: how they are made, and called.</summary>
internal static class RecurrentBindings
{
    public static readonly BindingTable Modules = new()
    {
        {
            "RNN",
            a => new RNN(a.Long(0, "input_size"), a.Long(1, "hidden_size"), a.Int(2, "num_layers", 1),
                a.Text(-1, "nonlinearity", "tanh"), a.Flag(3, "bias", true), a.Flag(4, "batch_first"),
                a.Real(5, "dropout", 0), a.Flag(6, "bidirectional"))
        },
        {
            "GRU",
            a => new GRU(a.Long(0, "input_size"), a.Long(1, "hidden_size"), a.Int(2, "num_layers", 1),
                a.Flag(3, "bias", true), a.Flag(4, "batch_first"), a.Real(5, "dropout", 0),
                a.Flag(6, "bidirectional"))
        },
        {
            "LSTM",
            a => new LSTM(a.Long(0, "input_size"), a.Long(1, "hidden_size"), a.Int(2, "num_layers", 1),
                a.Flag(3, "bias", true), a.Flag(4, "batch_first"), a.Real(5, "dropout", 0),
                a.Flag(6, "bidirectional"), a.Long(7, "proj_size", 0))
        },
        {
            "RNNCell",
            a => new RNNCell(a.Long(0, "input_size"), a.Long(1, "hidden_size"), a.Flag(2, "bias", true),
                a.Text(3, "nonlinearity", "tanh"))
        },
        { "GRUCell", a => new GRUCell(a.Long(0, "input_size"), a.Long(1, "hidden_size"), a.Flag(2, "bias", true)) },
        { "LSTMCell", a => new LSTMCell(a.Long(0, "input_size"), a.Long(1, "hidden_size"), a.Flag(2, "bias", true)) },
    };

    /// <summary>Calls a module; false where it is none of these.</summary>
    public static bool TryCall(object? module, Arguments a, out object? result)
    {
        switch (module)
        {
            case LSTM lstm:
                var (output, (h, c)) = lstm.Call(a.Tensor(0, "input"), StateOf(a));
                result = (output, (h, c));
                return true;
            case LSTMCell cell:
                var (nextH, nextC) = cell.Call(a.Tensor(0, "input"), StateOf(a));
                result = (nextH, nextC);
                return true;
            case Module<Tensor, Tensor?, RecurrentOutput> network:
                var (all, last) = network.Call(a.Tensor(0, "input"), a.TensorOrNull(1, "hx"));
                result = (all, last);
                return true;
            case RecurrentCell<Tensor> cell:
                result = cell.Call(a.Tensor(0, "input"), a.TensorOrNull(1, "hx"));
                return true;
            default:
                result = null;
                return false;
        }
    }

    private static LstmState? StateOf(Arguments a) =>
        a.Has(1, "hx") && a.Tensors(1, "hx") is [var h, var c] ? new(h, c) : null;
}
