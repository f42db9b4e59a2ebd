using System.Text;

namespace KernelEngine.Bench.Peers;

/// <summary>A message in the wire format of protocol buffers, as much of it as a model of ONNX takes.</summary>
internal sealed class ProtoMessage
{
    private const int Varint = 0;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    private readonly MemoryStream bytes = new();

    /// <summary>Its bytes.</summary>
    public byte[] ToArray() => bytes.ToArray();

    /// <summary>A whole number.</summary>
    public ProtoMessage Add(int field, long value)
    {
        Key(field, Varint);
        Number((ulong)value);
        return this;
    }

    /// <summary>A real.</summary>
    public ProtoMessage Add(int field, float value)
    {
        Key(field, Fixed32);
        bytes.Write(BitConverter.GetBytes(value));
        return this;
    }

    /// <summary>A text.</summary>
    public ProtoMessage Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message within it.</summary>
    public ProtoMessage Add(int field, ProtoMessage value) => Add(field, value.ToArray());

    /// <summary>Bytes.</summary>
    public ProtoMessage Add(int field, byte[] value)
    {
        Key(field, Delimited);
        Number((ulong)value.Length);
        bytes.Write(value);
        return this;
    }

    private void Key(int field, int wire) => Number(((ulong)field << 3) | (uint)wire);

    private void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.WriteByte((byte)(value | 0x80));
        bytes.WriteByte((byte)value);
    }
}
