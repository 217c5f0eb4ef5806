using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>The documents in file order: changed ones keep their place, new ones come last, as in jam. One thread at a time uses it.</summary>
internal sealed class FileOrder
{
    private Document?[] _places;
    private int _end;
    private int _holes;

    public FileOrder(IReadOnlyList<Document> documents)
    {
        _places = new Document?[Math.Max(documents.Count, 16)];
        foreach (var session in documents)
        {
            Append(session);
        }
    }

    public void Apply(ReadOnlySpan<DocumentChange> changes)
    {
        foreach (var change in changes)
        {
            Apply(change);
        }
    }

    public Document[] Capture()
    {
        var documents = new Document[_end - _holes];
        var count = 0;
        for (var place = 0; place < _end; place++)
        {
            if (_places[place] is { } session)
            {
                documents[count++] = session;
            }
        }

        return documents;
    }

    private void Apply(DocumentChange change)
    {
        switch (change)
        {
            case { Before: null, After: { } created }:
                Append(created);
                break;
            case { Before: { } replaced, After: { } session }:
                session.Place = replaced.Place;
                _places[session.Place] = session;
                break;
            case { Before: { } removed, After: null }:
                _places[removed.Place] = null;
                _holes++;
                break;
        }
    }

    private void Append(Document session)
    {
        if (_end == _places.Length)
        {
            MakeRoom();
        }

        session.Place = _end;
        _places[_end++] = session;
    }

    private void MakeRoom()
    {
        var old = _places;
        var end = _end;
        _places = _holes > _end / 2 ? new Document?[old.Length] : new Document?[old.Length * 2];
        (_end, _holes) = (0, 0);
        for (var place = 0; place < end; place++)
        {
            if (old[place] is { } session)
            {
                session.Place = _end;
                _places[_end++] = session;
            }
        }
    }
}
