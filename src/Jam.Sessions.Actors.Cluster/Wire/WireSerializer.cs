using System.Buffers;
using Akka.Actor;
using Akka.Serialization;

namespace Jam.Sessions.Actors.Cluster.Wire;

/// <summary>The messages between nodes as bytes: fields with numbers, in protobuf's wire format. A node skips fields that it does not know.</summary>
/// <remarks>
/// A number that stands for a message, an answer or a field never means anything else in a later build; a new one is only sent once all members know it.
/// <c>tests/…/Wire/golden</c> holds the bytes of each.
/// </remarks>
internal sealed class WireSerializer : SerializerWithStringManifest
{
    /// <summary>As all nodes know it.</summary>
    public const int Number = 471_101;

    private const string Call = "c", Reply = "r", PingMark = "p", EchoMark = "e";

    /// <summary>For Akka, which makes it.</summary>
    public WireSerializer(ExtendedActorSystem system) : base(system) { }

    /// <inheritdoc />
    public override int Identifier => Number;

    /// <inheritdoc />
    public override string Manifest(object o) => o switch
    {
        ToOwner => Call,
        OwnerReply => Reply,
        Ping => PingMark,
        Echo => EchoMark,
        _ => throw new ArgumentException($"{o.GetType().Name} does not go over the wire.", nameof(o)),
    };

    /// <inheritdoc />
    public override byte[] ToBinary(object obj)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var fields = new FieldWriter(bytes);
        switch (obj)
        {
            case ToOwner call:
                CallFields.Write(fields, call);
                break;
            case OwnerReply reply:
                ReplyFields.Write(fields, reply.Answer);
                break;
            case Ping ping:
                fields.Number(1, ping.Sent);
                break;
            case Echo echo:
                fields.Number(1, echo.Sent);
                fields.Number(2, echo.Clock);
                break;
            default:
                throw new ArgumentException($"{obj.GetType().Name} does not go over the wire.", nameof(obj));
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <inheritdoc />
    public override object FromBinary(byte[] bytes, string manifest)
    {
        var fields = FieldReader.Read(bytes);
        return manifest switch
        {
            Call => CallFields.Read(fields),
            Reply => new OwnerReply(ReplyFields.Read(fields)),
            PingMark => new Ping(fields.Number(1)),
            EchoMark => new Echo(fields.Number(1), fields.Number(2)),
            _ => throw new System.Runtime.Serialization.SerializationException($"This build does not know messages of kind {manifest}."),
        };
    }
}
