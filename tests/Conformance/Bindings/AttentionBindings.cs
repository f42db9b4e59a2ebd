using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Attention: as a function, and the modules that are made of it.</summary>
internal static class AttentionBindings
{
    public static readonly BindingTable Table = new()
    {
        { "nn.functional._scaled_dot_product_attention", Attend },
    };

    public static readonly BindingTable Modules = new()
    {
        {
            "MultiheadAttention",
            a => new MultiheadAttention(
                a.Long(0, "embed_dim"), a.Long(1, "num_heads"), a.Real(2, "dropout", 0), a.Flag(3, "bias", true),
                a.Flag(4, "add_bias_kv"), a.Flag(5, "add_zero_attn"), a.LongOrNull(6, "kdim"),
                a.LongOrNull(7, "vdim"), a.Flag(8, "batch_first"))
        },
        {
            "TransformerEncoderLayer",
            a => a.Any(4, "activation") is Module own
                ? new TransformerEncoderLayer(
                    a.Long(0, "d_model"), a.Long(1, "nhead"), own.Call, a.Long(2, "dim_feedforward", 2048),
                    a.Real(3, "dropout", 0.1), a.Real(5, "layer_norm_eps", 1e-5), a.Flag(6, "batch_first"),
                    a.Flag(7, "norm_first"))
                : new TransformerEncoderLayer(
                    a.Long(0, "d_model"), a.Long(1, "nhead"), a.Long(2, "dim_feedforward", 2048),
                    a.Real(3, "dropout", 0.1), a.Text(4, "activation", "relu"), a.Real(5, "layer_norm_eps", 1e-5),
                    a.Flag(6, "batch_first"), a.Flag(7, "norm_first"))
        },
        {
            "TransformerDecoderLayer",
            a => new TransformerDecoderLayer(
                a.Long(0, "d_model"), a.Long(1, "nhead"), a.Long(2, "dim_feedforward", 2048),
                a.Real(3, "dropout", 0.1), a.Text(4, "activation", "relu"), a.Real(5, "layer_norm_eps", 1e-5),
                a.Flag(6, "batch_first"), a.Flag(7, "norm_first"))
        },
        {
            "TransformerEncoder",
            a => new TransformerEncoder(
                Of<TransformerEncoderLayer>(a, 0, "encoder_layer"), a.Int(1, "num_layers"),
                a.Any(2, "norm") as Module)
        },
        {
            "TransformerDecoder",
            a => new TransformerDecoder(
                Of<TransformerDecoderLayer>(a, 0, "decoder_layer"), a.Int(1, "num_layers"),
                a.Any(2, "norm") as Module)
        },
        {
            "Transformer",
            a => new Transformer(
                a.Long(0, "d_model", 512), a.Long(1, "nhead", 8), a.Int(2, "num_encoder_layers", 6),
                a.Int(3, "num_decoder_layers", 6), a.Long(4, "dim_feedforward", 2048), a.Real(5, "dropout", 0.1),
                a.Text(6, "activation", "relu"), layerNormEps: a.Real(9, "layer_norm_eps", 1e-5),
                batchFirst: a.Flag(10, "batch_first"), normFirst: a.Flag(11, "norm_first"))
        },
    };

    /// <summary>Calls a module; false where it is none of these.</summary>
    public static bool TryCall(object? module, Arguments a, out object? result)
    {
        switch (module)
        {
            case MultiheadAttention attention:
                var (output, weights) = attention.Call(
                    a.Tensor(0, "query"), a.Tensor(1, "key"), a.Tensor(2, "value"),
                    a.TensorOrNull(3, "key_padding_mask"), a.Flag(4, "need_weights", true),
                    a.TensorOrNull(5, "attn_mask"), a.Flag(6, "average_attn_weights", true));
                result = (output, weights);
                return true;
            case TransformerEncoderLayer layer:
                result = layer.Call(
                    a.Tensor(0, "src"), a.TensorOrNull(1, "src_mask"), a.TensorOrNull(2, "src_key_padding_mask"));
                return true;
            case TransformerEncoder encoder:
                result = encoder.Call(
                    a.Tensor(0, "src"), a.TensorOrNull(1, "mask"), a.TensorOrNull(2, "src_key_padding_mask"));
                return true;
            case TransformerDecoderLayer layer:
                result = layer.Call(
                    a.Tensor(0, "tgt"), a.Tensor(1, "memory"), a.TensorOrNull(2, "tgt_mask"),
                    a.TensorOrNull(3, "memory_mask"), a.TensorOrNull(4, "tgt_key_padding_mask"),
                    a.TensorOrNull(5, "memory_key_padding_mask"));
                return true;
            case TransformerDecoder decoder:
                result = decoder.Call(
                    a.Tensor(0, "tgt"), a.Tensor(1, "memory"), a.TensorOrNull(2, "tgt_mask"),
                    a.TensorOrNull(3, "memory_mask"), a.TensorOrNull(4, "tgt_key_padding_mask"),
                    a.TensorOrNull(5, "memory_key_padding_mask"));
                return true;
            case Transformer transformer:
                result = transformer.Call(
                    a.Tensor(0, "src"), a.Tensor(1, "tgt"), a.TensorOrNull(2, "src_mask"),
                    a.TensorOrNull(3, "tgt_mask"), a.TensorOrNull(4, "memory_mask"),
                    a.TensorOrNull(5, "src_key_padding_mask"), a.TensorOrNull(6, "tgt_key_padding_mask"),
                    a.TensorOrNull(7, "memory_key_padding_mask"));
                return true;
            default:
                result = null;
                return false;
        }
    }

    private static object Attend(Arguments a)
    {
        // PyTorch 1.13 gives the weights whether they are needed or not.
        a.Flag(5, "need_attn_weights");
        return Functional.ScaledDotProductAttention(
            a.Tensor(0, "query"), a.Tensor(1, "key"), a.Tensor(2, "value"), a.TensorOrNull(3, "attn_mask"),
            a.Real(4, "dropout_p", 0), a.Flag(6, "is_causal"));
    }

    private static T Of<T>(Arguments a, int position, string keyword) where T : Module =>
        a.Any(position, keyword) as T ?? throw a.Wrong(keyword, "is no such layer");
}
