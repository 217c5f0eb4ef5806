namespace Jam.Sessions.Actors;

/// <summary>How session data is encrypted in the file.</summary>
public enum SessionEncryption
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>As jam does it: readable by jam. Keys, times and, unless they are hashed, ids stay readable, and a record can be moved to another key unnoticed.</summary>
    Fernet,

    /// <summary>AES-256-GCM, bound to the record: what was changed or moved is noticed. jam cannot read it. Ids are hashed.</summary>
    AesGcm,
}

/// <summary>What file and memory hold of session ids.</summary>
public enum IdsAtRest
{
    /// <summary>The ids, as in jam: whoever reads the file is signed in as everybody.</summary>
    Plain,

    /// <summary>Their SHA-256: enough to find what a client presents, and of no use to anybody else.</summary>
    Hashed,
}
