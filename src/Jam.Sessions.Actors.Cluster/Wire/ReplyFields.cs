using Akka;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;

namespace Jam.Sessions.Actors.Cluster.Wire;

/// <summary>An answer as fields.</summary>
internal static class ReplyFields
{
    private const int Kind = 1, Text = 2, Number = 3, Data = 4, Other = 5, Infos = 6;
    private const int Id = 10, Key = 11, Created = 12, Lifetime = 13, LastSeen = 16, Expires = 17, Handle = 18, CreatedMoment = 19;

    private enum Kinds
    {
        Done = 1,
        Truth,
        Number,
        Text,
        Found,
        Missing,
        List,
        Count,
        Detour,
        NotFound,
        Conflict,
        Limit,
        BadData,
        Store,
        OutcomeUnknown,
        IdFactory,
        Fault,
    }

    public static void Write(FieldWriter fields, object answer) => fields.Number(Kind, (long)WriteContent(fields, answer));

    public static object Read(FieldReader fields) => (Kinds)fields.Number(Kind) switch
    {
        Kinds.Done => Done.Instance,
        Kinds.Truth => fields.Flag(Number),
        Kinds.Number => (int)fields.Number(Number),
        Kinds.Text => fields.Text(Text)!,
        Kinds.Found => new SessionFound(SessionOf(fields)),
        Kinds.Missing => SessionMissing.Because((SessionEndReason)fields.Number(Number)),
        Kinds.List => fields.Messages(Infos).Select(InfoOf).ToArray(),
        Kinds.Count => new SessionCount(fields.Number(Number), fields.Number(Other)),
        Kinds.Detour => (Detour)fields.Number(Number),
        Kinds.NotFound => new SessionNotFoundException((SessionEndReason)fields.Number(Number)),
        Kinds.Conflict => new SessionConflictException(fields.Data(Data)!),
        Kinds.Limit => new SessionLimitException((int)fields.Number(Number)),
        Kinds.BadData => new SessionDataException(fields.Text(Text)!),
        Kinds.Store => new SessionStoreException("postgresql", fields.Text(Text)!),
        Kinds.OutcomeUnknown => DatabaseException.OutcomeUnknown(),
        Kinds.IdFactory => new SessionIdFactoryException(fields.Text(Text)!),
        _ => new SessionEngineException(new InvalidOperationException(fields.Text(Text) ?? "The answer is of a kind that this build does not know.")),
    };

    private static Kinds WriteContent(FieldWriter fields, object answer)
    {
        switch (answer)
        {
            case Done:
                return Kinds.Done;
            case bool truth:
                fields.Number(Number, truth ? 1 : 0);
                return Kinds.Truth;
            case int count:
                fields.Number(Number, count);
                return Kinds.Number;
            case string text:
                fields.Text(Text, text);
                return Kinds.Text;
            case SessionFound found:
                Write(fields, found.Session);
                return Kinds.Found;
            case SessionMissing missing:
                fields.Number(Number, (long)missing.Why);
                return Kinds.Missing;
            case IReadOnlyList<SessionInfo> list:
                foreach (var info in list)
                {
                    fields.Message(Infos, inner => Write(inner, info));
                }

                return Kinds.List;
            case SessionCount count:
                fields.Number(Number, count.Sessions);
                fields.Number(Other, count.Keys);
                return Kinds.Count;
            case Detour detour:
                fields.Number(Number, (long)detour);
                return Kinds.Detour;
            case SessionNotFoundException missing:
                fields.Number(Number, (long)missing.Why);
                return Kinds.NotFound;
            case SessionConflictException conflict:
                fields.Data(Data, conflict.CurrentData);
                return Kinds.Conflict;
            case SessionLimitException limit:
                fields.Number(Number, limit.Maximum);
                return Kinds.Limit;
            case SessionDataException data:
                fields.Text(Text, data.Message);
                return Kinds.BadData;
            case SessionStoreException store:
                fields.Text(Text, store.Message);
                return Kinds.Store;
            case SessionOutcomeUnknownException:
                return Kinds.OutcomeUnknown;
            case SessionIdFactoryException factory:
                fields.Text(Text, factory.Message);
                return Kinds.IdFactory;
            default:
                fields.Text(Text, answer is Exception fault ? $"{fault.GetType().Name} on another node; its log says more." : answer.GetType().Name);
                return Kinds.Fault;
        }
    }

    private static void Write(FieldWriter fields, Session session)
    {
        fields.Text(Id, session.Id);
        fields.Text(Key, session.Key);
        fields.Data(Data, session.Data);
        fields.Real(Created, session.CreatedAtSeconds);
        fields.Lifetime(Lifetime, session.Lifetime);
        fields.Moment(LastSeen, session.LastSeenAt);
        fields.Moment(Expires, session.ExpiresAt);
        fields.Text(Handle, session.Handle);
    }

    private static SeenSession SessionOf(FieldReader fields) => new(
        fields.Text(Id)!, fields.Text(Key)!, fields.Data(Data)!, fields.Real(Created), fields.Lifetime(Lifetime), fields.Moment(LastSeen), fields.Moment(Expires), fields.Text(Handle)!);

    private static void Write(FieldWriter fields, SessionInfo info)
    {
        fields.Text(Handle, info.Handle);
        fields.Moment(CreatedMoment, info.CreatedAt);
        fields.Moment(LastSeen, info.LastSeenAt);
        fields.Moment(Expires, info.ExpiresAt);
        fields.Lifetime(Lifetime, info.Lifetime);
        fields.Data(Data, info.Data);
    }

    private static SessionInfo InfoOf(FieldReader fields) => new(
        fields.Text(Handle)!, fields.Moment(CreatedMoment), fields.Moment(LastSeen), fields.Moment(Expires), fields.Lifetime(Lifetime), fields.Data(Data));
}
