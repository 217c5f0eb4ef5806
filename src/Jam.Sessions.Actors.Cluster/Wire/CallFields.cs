namespace Jam.Sessions.Actors.Cluster.Wire;

/// <summary>A call as fields.</summary>
internal static class CallFields
{
    private const int Owner = 1, Request = 2, Since = 3, Attempt = 4, DrawnId = 5, Kind = 6, Sent = 7;
    private const int Key = 10, Id = 11, Data = 12, Expected = 13, Lifetime = 14, Except = 17, Handle = 18, Set = 19, Remove = 20;

    private enum Kinds
    {
        Create = 1,
        Get,
        Peek,
        Update,
        Patch,
        Touch,
        Delete,
        End,
        Clear,
        Rework,
        List,
        Count,
        Sweep,
        KeyOf,
    }

    public static void Write(FieldWriter fields, ToOwner call)
    {
        fields.Text(Owner, call.Owner);
        if (call.Request != Guid.Empty)
        {
            fields.Bytes(Request, call.Request.ToByteArray());
        }

        fields.Number(Since, call.Since);
        fields.Number(Attempt, call.Attempt);
        fields.Text(DrawnId, call.DrawnId);
        fields.Number(Kind, (long)Write(fields, call.Message));
        fields.Number(Sent, call.Sent);
    }

    public static ToOwner Read(FieldReader fields) => new(fields.Text(Owner)!, MessageOf(fields))
    {
        Request = fields.Bytes(Request) is { } id ? new Guid(id.Span) : Guid.Empty,
        Since = fields.Number(Since),
        Sent = fields.Number(Sent),
        Attempt = (int)fields.Number(Attempt),
        DrawnId = fields.Text(DrawnId),
    };

    private static Kinds Write(FieldWriter fields, ISessionMessage message)
    {
        switch (message)
        {
            case CreateSession create:
                fields.Text(Key, create.SessionKey);
                fields.Data(Data, create.Data);
                fields.Lifetime(Lifetime, create.Lifetime);
                return Kinds.Create;
            case GetSession get:
                fields.Text(Id, get.SessionId);
                return Kinds.Get;
            case PeekSession peek:
                fields.Text(Id, peek.SessionId);
                return Kinds.Peek;
            case UpdateSession update:
                fields.Text(Id, update.SessionId);
                fields.Data(Data, update.Data);
                fields.Data(Expected, update.Expected);
                fields.Lifetime(Lifetime, update.Lifetime);
                return Kinds.Update;
            case PatchSession patch:
                fields.Text(Id, patch.SessionId);
                fields.Data(Set, patch.Set);
                foreach (var name in patch.Remove)
                {
                    fields.Text(Remove, name);
                }

                return Kinds.Patch;
            case TouchSession touch:
                fields.Text(Id, touch.SessionId);
                fields.Lifetime(Lifetime, touch.Lifetime);
                return Kinds.Touch;
            case DeleteSession delete:
                fields.Text(Id, delete.SessionId);
                return Kinds.Delete;
            case EndSession end:
                fields.Text(Key, end.SessionKey);
                fields.Text(Handle, end.Handle);
                return Kinds.End;
            case ClearSessions clear:
                fields.Text(Key, clear.SessionKey);
                fields.Text(Except, clear.Except);
                return Kinds.Clear;
            case ReworkSession rework:
                fields.Text(Id, rework.SessionId);
                fields.Data(Data, rework.Data);
                fields.Data(Expected, rework.Expected);
                fields.Lifetime(Lifetime, rework.Lifetime);
                return Kinds.Rework;
            case ListSessions list:
                fields.Text(Key, list.SessionKey);
                return Kinds.List;
            case CountSessions count:
                fields.Text(Key, count.SessionKey);
                return Kinds.Count;
            case SweepKey:
                return Kinds.Sweep;
            case KeyOfSession keyOf:
                fields.Text(Id, keyOf.SessionId);
                return Kinds.KeyOf;
            default:
                throw new ArgumentException($"{message.GetType().Name} does not go over the wire.", nameof(message));
        }
    }

    private static ISessionMessage MessageOf(FieldReader fields) => (Kinds)fields.Number(Kind) switch
    {
        Kinds.Create => new CreateSession(fields.Text(Key)!, fields.Data(Data)!) { Lifetime = fields.Lifetime(Lifetime) },
        Kinds.Get => new GetSession(fields.Text(Id)!),
        Kinds.Peek => new PeekSession(fields.Text(Id)!),
        Kinds.Update => new UpdateSession(fields.Text(Id)!, fields.Data(Data)!) { Expected = fields.Data(Expected), Lifetime = fields.Lifetime(Lifetime) },
        Kinds.Patch => new PatchSession(fields.Text(Id)!, fields.Data(Set), fields.Texts(Remove)),
        Kinds.Touch => new TouchSession(fields.Text(Id)!) { Lifetime = fields.Lifetime(Lifetime) },
        Kinds.Delete => new DeleteSession(fields.Text(Id)!),
        Kinds.End => new EndSession(fields.Text(Key)!, fields.Text(Handle)!),
        Kinds.Clear => new ClearSessions(fields.Text(Key)!) { Except = fields.Text(Except) },
        Kinds.Rework => new ReworkSession(fields.Text(Id)!) { Data = fields.Data(Data), Expected = fields.Data(Expected), Lifetime = fields.Lifetime(Lifetime) },
        Kinds.List => new ListSessions(fields.Text(Key)!),
        Kinds.Count => new CountSessions(fields.Text(Key)),
        Kinds.Sweep => SweepKey.Instance,
        Kinds.KeyOf => new KeyOfSession(fields.Text(Id)!),
        var kind => throw new System.Runtime.Serialization.SerializationException($"This build does not know calls of kind {(long)kind}."),
    };
}
